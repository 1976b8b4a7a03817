// What the broker keeps of one connection, from open() to closed().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mqtt/base/time.h"
#include "mqtt/broker/connection_id.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/connection/incoming_topic_aliases.h"
#include "mqtt/connection/output_queue.h"
#include "mqtt/connection/topic_alias_table.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

struct Session;

enum class ConnectionPhase : std::uint8_t {
  Free,
  AwaitingConnect,
  Authenticating,  // the CONNECT is there; the authority or an exchange of AUTH packets decides about it
  Connected,
  Closing,
};

// What is kept of a CONNECT beyond it.
struct Authentication {
  std::string method;  // empty: none
  ByteBuffer connect;  // the body of the CONNECT until it is decided
};

struct Connection {
  // What comes for it is ignored.
  bool is_over() const { return phase == ConnectionPhase::Closing || phase == ConnectionPhase::Free; }

  ConnectionId id = 0;
  std::uint32_t serial = 0;  // tells its deadlines from those of an earlier connection under the same number
  ConnectionPhase phase = ConnectionPhase::Free;
  ProtocolVersion version = ProtocolVersion::V3_1_1;
  bool is_ready = false;  // named by take_ready() soon
  bool is_bridge = false;
  bool is_of_host = false;
  bool wants_problem_information = true;
  bool awaits_verdict = false;             // the authority's; input is held
  bool is_held_back = false;               // while a subscriber catches up; input is held
  bool is_leaving = false;                 // its transport is gone, and what it sent before is being handled
  bool is_authenticating = false;          // an exchange of AUTH packets is under way
  std::uint16_t keep_alive = 0;            // seconds
  std::uint16_t receive_maximum = 65'535;  // unacknowledged PUBLISH packets that the client takes, and we send
  // QoS 2 PUBLISH packets of this connection without a PUBREL: those of an earlier one are outside our Receive Maximum.
  // [MQTT5 4.9]
  std::uint16_t unreleased = 0;
  std::uint32_t connect_session_expiry_interval = 0;  // as its CONNECT said
  std::uint32_t peer_maximum_packet_size = kMaximumPacketSize;
  Session* session = nullptr;      // set while Connected
  Instant last_heard;              // the last whole packet, or bytes of a long one
  std::size_t unread_answers = 0;  // bytes that answered it since its output was last not full
  FrameReader reader{kMaximumPacketSize};
  OutputQueue output;
  IncomingTopicAliases topic_aliases;
  std::unique_ptr<TopicAliasTable> outgoing_aliases;  // null: the client takes none
  std::unique_ptr<Authentication> authentication;     // null: it named no method, and its CONNECT is decided
};

}  // namespace mqtt
