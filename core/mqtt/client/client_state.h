// The client's inside: one transport at a time, and the session that outlives it.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mqtt/client/arrivals.h"
#include "mqtt/client/client.h"
#include "mqtt/client/client_aliases.h"
#include "mqtt/client/client_keep_alive.h"
#include "mqtt/client/client_recorder.h"
#include "mqtt/client/client_subscriptions.h"
#include "mqtt/client/first_bytes.h"
#include "mqtt/client/reconnect_schedule.h"
#include "mqtt/client/server_grants.h"
#include "mqtt/client/unknown_flows.h"
#include "mqtt/client/version_fallback.h"
#include "mqtt/client/wish_queue.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/connection/incoming_topic_aliases.h"
#include "mqtt/session/outgoing_flight.h"
#include "mqtt/session/packet_identifier_set.h"

namespace mqtt {

enum class ClientPhase : std::uint8_t {
  Idle,     // no transport, and none is wanted
  Pausing,  // until it is time to dial again
  Dialing,  // the host opens a transport
  AwaitingConnack,
  Connected,
  Closing,  // the transport is to be closed
};

inline constexpr Error kConnectionClosed{Fault::LimitReached, ReasonCode::UnspecifiedError, "Connection closed",
                                         ErrorKind::ConnectionClosed};

// [MQTT-3.3.4-9]
inline constexpr Error kReceiveMaximumExceeded{Fault::LimitReached, ReasonCode::ReceiveMaximumExceeded,
                                               "more unacknowledged messages than the CONNECT allowed"};

// Of one attempt and the connection that comes of it; start_attempt() makes another.
struct ClientAttempt {
  FirstBytes first_bytes;           // of the server's
  Instant connected_at = kNever;    // the CONNACK that accepted
  bool asked_for_patience = false;  // by the server
  bool closes_at_once = false;
  bool is_stopped = false;       // the host wants no other
  bool redials_at_once = false;  // the next one does not wait
  bool falls_back = false;       // and speaks 3.1.1
};

class Client::State {
 public:
  State(const ClientOptions& options, ClientListener& listener, Journal* journal);

  // --- the journal (client_restore.cpp)
  Result<void> restore(Bytes key, Bytes value);
  void finish_restoring();

  // --- the transport (client.cpp)
  void start_attempt(Instant now);
  Result<void> transport_opened(const Connect& connect, Instant now);
  void receive(Bytes bytes, Instant now);
  void transport_closed(Instant now);
  void advance(Instant now);
  Instant next_deadline() const;
  void disconnect(const Disconnect& disconnect, Instant now);
  void stop_reconnecting();
  void reconnect(Instant now);
  bool probe(Instant now);
  Result<void> authenticate(Auth auth, Instant now);

  // --- wishes (client_wishes.cpp)
  Result<void> publish(const Publish& message, OperationToken token, Instant now);
  Result<void> subscribe(const Subscribe& subscribe, OperationToken token, Instant now);
  Result<void> unsubscribe(const Unsubscribe& unsubscribe, OperationToken token, Instant now);
  bool discard(OperationToken token);

  // --- answers to what arrived (client_acknowledge.cpp)
  Result<void> acknowledge(PacketIdentifier identifier, ReasonCode reason, const Properties& properties, Instant now);
  void leave_unacknowledged(PacketIdentifier identifier, Instant now);

  // --- limits of the host's own (client_limits.cpp)
  void limit_in_flight(std::uint16_t messages, Instant now);
  Unacknowledged unacknowledged();
  std::optional<std::string> give_up_sent(OperationToken token);

 private:
  friend class Client;  // what is one member's alone it asks that one

  // --- what the server sends (client_receive.cpp)
  void handle(const Frame& frame, Instant now);
  void handle_connack(const Frame& frame, Instant now);
  void handle_publish(const Frame& frame, Instant now);
  void handle_publish_for_host(const Publish& publish, Instant now);
  void decide(Arrival& arrival, PublishResponse response, Instant now);
  void send_decided(Instant now);
  Result<void> resolve_topic_alias(Publish& publish);
  void handle_publish_response(const Frame& frame, Instant now);
  void handle_pubrec(const PublishResponse& pubrec, Instant now);
  bool takes_puback_at_qos2(const FlightEntry& entry);
  void finish_publish(const PublishResponse& response, OperationToken token, Instant now);
  void handle_suback(const Frame& frame, Instant now);
  void handle_unsuback(const Frame& frame, Instant now);
  void handle_pingresp(const Frame& frame, Instant now);
  void handle_disconnect(const Frame& frame, Instant now);
  void handle_auth(const Frame& frame, Instant now);
  std::optional<PendingSubscription> settle_subscription(PacketIdentifier identifier, FlightState awaited);

  Result<void> restore_message(Bytes key, Bytes value);
  void record_waiting(Wish& wish);

  // The end of this transport from our side: DISCONNECT where 5.0 has one, then the host closes.
  void fail(const Error& error, Instant now);
  void begin_closing(const Error& error);
  void give_up(const Error& error);
  void fall_back();
  void note_end(Instant now);
  void end_transport(Instant now);
  bool has_attempt() const { return phase_ != ClientPhase::Idle && phase_ != ClientPhase::Pausing; }

  // --- the session at a CONNACK (client_resume.cpp)
  void resume_session(Instant now);
  void restart_session(Instant now);
  void forget_incoming_qos2();
  void resubscribe(Instant now);
  void resend(Instant now);
  void send_waiting(Instant now);
  void send_wish(Wish wish, Instant now);
  void give_up(const Wish& wish, const Error& error);

  // --- when no attempt follows any more (client_abandon.cpp)
  void abandon();
  void abandon_queue();
  void abandon_flights();
  Result<void> publish_abandoned(const Publish& publish, OperationToken token, Instant now);
  void send_subscription_wish(const SubscriptionWish& wish, OperationToken token, Instant now);

  // --- packets out
  template <typename Encode>
  void write(PacketType type, PacketIdentifier identifier, Instant now, Encode&& encode);
  void respond(PacketType type, PacketIdentifier identifier, ReasonCode reason, Instant now);
  void release_if_unknown(PacketIdentifier identifier, Instant now);
  void write_disconnect(Disconnect disconnect, Instant now);
  void write_publish(Publish& publish, const SharedBytes& shared_payload, Instant now);
  void finish_at_most_once(OperationToken token);
  void settle_publish(PacketIdentifier identifier);
  void send_acknowledged(Wish wish, Instant now);
  Result<void> request(SubscriptionRequest request, OperationToken token, Instant now);
  Result<void> write_request(SubscriptionRequest request, OperationToken token, Instant now);
  bool take_back_if_too_large(PacketIdentifier identifier);
  Result<void> enqueue(Wish wish);
  bool has_window() const;
  void discard(PacketIdentifier identifier, FlightEntry& entry);
  bool forget_discarded(FlightEntry& entry);
  std::size_t window() const { return std::min(granted_.receive_maximum, flight_limit_); }
  void lower_qos(Message& message);
  void fail_operation(OperationToken token, const Error& error);
  void trace_received(const Frame& frame, const Publish* publish);
  void note_sent(const TracedPacket& packet, Instant now) {
    now_ = now;
    if (listener_.wants_trace()) listener_.on_packet_sent(packet);
  }
  void send_ping(Instant now);
  bool is_connect_leaving(Instant now) const;

  ClientOptions options_;
  ClientListener& listener_;
  ClientPhase phase_ = ClientPhase::Idle;
  ReconnectSchedule schedule_;
  VersionFallback fallback_;
  ClientAttempt attempt_;
  bool wants_reconnection_ = false;
  bool is_abandoned_ = false;  // no attempt follows unless the host starts one
  bool keeps_session_;
  Instant redial_at_ = kNever;
  Instant connack_due_at_ = kNever;

  // Of the present transport.
  ProtocolVersion version_ = ProtocolVersion::V3_1_1;
  bool clean_start_ = true;
  std::uint32_t session_expiry_interval_ = 0;  // seconds
  std::uint16_t keep_alive_interval_ = 0;      // seconds, as the CONNECT said
  std::uint16_t own_receive_maximum_ = 65'535;
  // QoS 2 messages of this transport without a PUBREL: those of an earlier one are outside our Receive Maximum.
  // [MQTT5 4.9] And those of QoS 1 that the host has not acknowledged.
  std::uint16_t unreleased_ = 0;
  std::uint16_t own_topic_alias_maximum_ = 0;
  Arrivals arrivals_;
  std::optional<std::string> authentication_method_;  // of the CONNECT
  bool is_reauthenticating_ = false;
  bool is_warned_of_puback_ = false;  // the host, of PUBACKs for QoS 2 on this transport
  ServerGrants granted_;
  std::uint16_t flight_limit_ = 65'535;  // the host's
  ClientKeepAlive keep_alive_;
  Instant now_;  // of the last step
  std::optional<PacketType> last_read_;
  FrameReader reader_;
  OutputQueue output_;
  IncomingTopicAliases topic_aliases_in_;
  ClientAliases aliases_;  // that go out

  // Of the session.
  OutgoingFlight in_flight_;
  bool resuming_ = false;  // some in flight have not been sent on this transport yet
  WishQueue queue_;
  PacketIdentifierSet incoming_qos2_;
  UnknownFlows unknown_flows_;
  ClientRecorder recorder_;
  bool restoring_;  // the journal's content is not there yet: what waits in it goes before the others
  ClientSubscriptions subscriptions_;

  Publish publish_;           // the one being decoded
  PublishResponse response_;  // the same
  Publish stored_;            // the one that goes out again
};

template <typename Encode>
void Client::State::write(PacketType type, PacketIdentifier identifier, Instant now, Encode&& encode) {
  note_sent({.type = type, .identifier = identifier, .bytes = output_.write(encode)}, now);
}

}  // namespace mqtt
