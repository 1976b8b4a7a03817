// What a CONNACK grants the client, and what is not sent therefore.
#pragma once

#include <cstdint>

#include "mqtt/base/error.h"
#include "mqtt/base/result.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

inline constexpr Error kTooLargeForServer{Fault::LimitReached, ReasonCode::PacketTooLarge,
                                          "larger than the server's Maximum Packet Size"};

// Until there is a CONNACK: all that there is. [MQTT5 3.2.2.3]
struct ServerGrants {
  static ServerGrants of(const Properties& connack);

  // An Error says what the server does not take. The second looks at filters and Subscription Identifiers, not at the
  // size.
  Result<void> check(const Publish& publish, ProtocolVersion version) const;
  Result<void> check(const Subscribe& subscribe) const;

  std::uint16_t receive_maximum = 65'535;
  std::uint16_t topic_alias_maximum = 0;
  std::uint32_t maximum_packet_size = kMaximumPacketSize;  // bytes
  QoS maximum_qos = QoS::ExactlyOnce;
  bool retains = true;
  bool has_wildcards = true;
  bool has_subscription_identifiers = true;
  bool has_shares = true;
};

}  // namespace mqtt
