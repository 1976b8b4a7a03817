// The end of a connection that a fuzzer plays: what it says to the machine under test sets limits, and what it hears is
// held to them and to the standard.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "mqtt/codec/frame_reader.h"
#include "mqtt/connection/output_queue.h"
#include "mqtt/connection/rules.h"
#include "mqtt/packet/packet.h"

namespace mqtt::fuzz {

// It knows no more than its bytes tell, any bytes: where they are garbage it stops to learn and goes on to listen.
// What it counts as acknowledged is never less than what the machine does, so that nothing is demanded too early.
class OtherEnd {
 public:
  // A server's end is told the version of the CONNECT it is to get; a client's learns it from the one it says.
  explicit OtherEnd(Role role, std::optional<ProtocolVersion> version = {}) : role_(role), version_(version) {}

  // Before the machine gets them.
  void says(Bytes bytes);
  // Ends the program when no peer may send this, here and now.
  void hears(Bytes bytes);
  // At most `most` bytes from the front of `output`; answers how many.
  std::size_t hears(const OutputQueue& output, std::size_t most);

  // What the connection speaks, for packets that are made to be said; 5.0 until it is known.
  ProtocolVersion version() const { return version_.value_or(ProtocolVersion::V5_0); }
  bool is_accepted() const { return is_accepted_; }

 private:
  void learn(const Packet& said);
  void learn_from_connect(const Connect& connect);
  void learn_from_connack(const Connack& connack);
  void acknowledge(PacketIdentifier identifier);
  void check_form(const Frame& frame, const Packet& packet) const;
  void check_time(PacketType type) const;
  void check_problem_information(PacketType type, const Properties& properties) const;
  void check_topic_alias(const Publish& publish);
  void occupy(PacketIdentifier identifier, bool is_publish);
  void check_order(PacketIdentifier identifier);

  void hear(const Connect& connect);
  void hear(const Connack& connack);
  void hear(const Publish& publish);
  void hear(const PublishResponse& response);
  void hear(const Subscribe& subscribe);
  void hear(const Unsubscribe& unsubscribe);
  void hear(const Disconnect&) { is_over_ = true; }
  void hear(const Auth& auth);
  template <typename Other>
  void hear(const Other&) {}

  Role role_;
  std::optional<ProtocolVersion> version_;
  FrameReader said_;
  FrameReader heard_;
  bool learns_ = true;
  bool is_accepted_ = false;  // a CONNACK of Success went one way or the other
  bool is_over_ = false;      // nothing may come any more
  bool knows_connect_ = false;

  // What this end takes.
  std::size_t maximum_packet_size_ = kMaximumPacketSize;
  std::size_t receive_maximum_ = 65'535;
  std::uint16_t topic_alias_maximum_ = 0;
  QoS maximum_qos_ = QoS::ExactlyOnce;
  bool wants_problem_information_ = true;
  bool has_authentication_method_ = false;
  bool retains_ = true;
  bool has_wildcards_ = true;
  bool has_subscription_identifiers_ = true;
  bool has_shares_ = true;

  std::set<std::uint16_t> known_aliases_;
  std::map<PacketIdentifier, bool> occupied_;    // heard and not acknowledged: true of a PUBLISH
  std::size_t publishes_ = 0;                    // those of them
  std::deque<PacketIdentifier> said_publishes_;  // behind the last that was answered
};

}  // namespace mqtt::fuzz
