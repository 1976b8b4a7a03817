// A packet -> one line that a person reads: PUBLISH a/b 'x' qos1 id1 retain {content_type=text}. written_packet.h reads
// the same language.
#pragma once

#include <string>

#include "mqtt/packet/packet.h"

namespace mqtt::test {

// What has its default value is left out:
//   CONNECT name|'' [3.1|3.1.1|5.0] [persistent] [bridge] [keep_alive=S] [user=U] [password=P]
//           [will(topic 'payload' qos1 retain {..})] {..}
//   CONNACK reason [session-present] {..}                PUBLISH topic ['payload'] [qosN] [idN] [dup] [retain] {..}
//   PUBACK|PUBREC|PUBREL|PUBCOMP idN [reason] {..}       SUBACK idN [0 1 2 reason ...] {..}
//   SUBSCRIBE idN filter [qosN] [no_local] [retain_as_published] [retain_handlingN], filter ... {..}
//   UNSUBSCRIBE idN filter, filter ... {..}              UNSUBACK idN [reason ...] {..}
//   PINGREQ    PINGRESP    DISCONNECT [reason] {..}      AUTH [reason] {..}
// 'a'x9000 is a payload of 9,000 a.
std::string describe(const Packet& packet);

std::string describe(const Properties& properties);  // "" or " {name=value ...}"
std::string describe_payload(Bytes payload);         // 'text' or 'a'x9000
// "[1 topic-filter-invalid]": a granted QoS by its number; any other code by its name.
std::string describe_reasons(const std::vector<ReasonCode>& reasons, bool are_granted);

}  // namespace mqtt::test
