// The broker's inside: its connections, sessions, subscriptions and retained messages, and the steps between them. Each
// handle_*.cpp holds the steps for its packets.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mqtt/broker/back_pressure.h"
#include "mqtt/broker/broker.h"
#include "mqtt/broker/connection.h"
#include "mqtt/broker/deadline_queue.h"
#include "mqtt/broker/outputs.h"
#include "mqtt/broker/recorder.h"
#include "mqtt/broker/retained_delivery.h"
#include "mqtt/broker/retained_messages.h"
#include "mqtt/broker/session_store.h"
#include "mqtt/broker/subscriptions.h"
#include "mqtt/broker/system_topics.h"
#include "mqtt/connection/explanation.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

// One session that a message goes to, by all its subscriptions that match. [MQTT-3.3.4-2]
struct Match {
  Session* session = nullptr;
  SubscriberId shared_group = 0;                   // by which it came; 0: by subscriptions of its own
  std::uint8_t options = 0;                        // the highest QoS; Retain As Published if any of them asks for it
  std::uint32_t subscription_identifier = 0;       // 0: none
  std::vector<std::uint32_t> further_identifiers;  // of overlapping subscriptions
};

// A PUBLISH as all subscribers of one protocol version, QoS and retain flag get it. Only the packet identifier differs.
struct PublishForm {
  std::uint64_t route_serial = 0;  // of the message it was encoded for
  ByteBuffer bytes;                // without the payload where that is shared
  std::size_t identifier_offset = 0;
  std::size_t size = 0;  // payload included
};

class Broker::State {
 public:
  State(const BrokerOptions& options, BrokerObserver* observer, BrokerAuthority* authority, Journal* journal);

  // --- the journal's content (restore.cpp)
  Result<void> restore(Bytes key, Bytes value);
  void finish_restoring(Instant now);

  // --- connections (broker.cpp)
  ConnectionId open(Instant now, Origin origin);
  void receive(Connection& connection, Bytes bytes, Instant now);
  // What the authority did not know when it was asked.
  void decide(Connection& connection, const Verdict& verdict, Instant now);
  void closed(Connection& connection, Instant now);
  void advance(Instant now);
  // Ends a connection whose transport lives: DISCONNECT to a 5.0 client where the standard has one, then finish().
  // `said`: what the host has to say about it; null: nothing.
  void end(Connection& connection, const Error& error, bool orderly, Instant now, const Properties* said = nullptr);
  void disconnect(Connection& connection, const Disconnect& disconnect, Instant now);
  // The one place where a connection's part in the session ends: observer, will, session.
  void finish(Connection& connection, const Error& error, bool orderly, Instant now);
  Connection& connection(ConnectionId id) { return *connections_[id]; }
  void consume_output(Connection& connection, std::size_t bytes);
  Outputs& outputs() { return outputs_; }
  void shut_down(Instant now);

  // --- routing (router.cpp)
  struct Acceptance {
    bool matched = false;        // somebody subscribed
    Session* crowded = nullptr;  // one whose queue it made long, or found so, and that is waited for
  };
  // To everybody who subscribed, and retained if it asks for it. `publisher` is null for the host's and a will's own.
  // Uses the fields of `publish` as scratch; they are as they were when it returns.
  Acceptance accept(Publish& publish, const Session* publisher, Instant now);
  // Sends what waits for the session as far as the client's Receive Maximum goes.
  void send_waiting(Session& session, Instant now);

  // --- retained messages for new subscriptions (retained_delivery.cpp)
  // One call of the host looks through so many retained messages and no more: the rest waits for next_slice().
  void renew_slice();
  void serve_retained(Instant now);

  // What must be around every mutation: those who were held for room that the step has made go on behind it.
  template <typename Step>
  void mutate(Instant now, Step&& step) {
    now_ = now;
    step();
    serve_held();
    if (deadlines_.wants_sweep()) deadlines_.sweep([this](const Deadline& entry) { return is_outdated(entry); });
  }
  Instant now() const { return now_; }

  void serve_held() {
    while (Connection* publisher = back_pressure_.next())
      process(*publisher, {}, now_);
  }

  // --- sessions whose client is gone (session_endings.cpp)
  void destroy_session(Session& session, Instant now);
  // The client is gone: the will, now or later, and the session's end, now or later.
  void detach(Session& session, bool publish_will, Instant now);
  void publish_will(Session& session, Instant now);

  // --- for somebody beside the broker (retained_access.cpp)
  RetainedMessages& retained() { return retained_; }

  const BrokerOptions& options() const { return options_; }
  BrokerStatistics& statistics() { return statistics_; }
  const BrokerStatistics& current_statistics();
  Instant next_deadline() const { return std::min(deadlines_.next(), next_slice()); }

 private:
  // The packets that are whole now: those held, and then those of `bytes`.
  void process(Connection& connection, Bytes bytes, Instant now);
  void handle(Connection& connection, const Frame& frame, Instant now);
  void handle_connect(Connection& connection, const Frame& frame, Instant now);
  void conclude_connect(Connection& connection, const Connect& connect, const Verdict& verdict, Instant now);
  void admit(Connection& connection, const Connect& connect, const Verdict& verdict, Instant now);
  // In the form of `version`; of a CONNECT that got not as far as its version, without a word.
  void refuse_connect(Connection& connection, std::optional<ProtocolVersion> version, const Error& error, Instant now,
                      const Verdict* verdict = nullptr);
  Session& take_session(Connection& connection, const Connect& connect, std::string client_identifier, bool& present,
                        Instant now);
  bool accept_connect(Connection& connection, const Connect& connect, const Verdict& verdict, bool present,
                      bool assigned);
  void handle_publish(Connection& connection, const Frame& frame, Instant now);
  Result<void> resolve_topic_alias(Connection& connection, Publish& publish);
  // Notes in `said` what the host says about it.
  Result<void> check_publish(const Connection& connection, const Publish& publish, Permission& said) const;
  void refuse_publish(Connection& connection, const Publish& publish, const Error& error, Permission said);
  void handle_publish_response(Connection& connection, const Frame& frame, Instant now);
  void handle_pubrel(Connection& connection, const PublishResponse& pubrel);
  void handle_pubrec(Connection& connection, const PublishResponse& pubrec, Instant now);
  void handle_final_response(Connection& connection, const PublishResponse& response, Instant now);
  void handle_subscribe(Connection& connection, const Frame& frame, Instant now);
  // What is wrong with an entry, if anything; and in `said` what the host says about it.
  Result<ParsedTopicFilter> check_subscription(const Connection& connection, const SubscribeEntry& entry,
                                               bool has_identifier, Permission& said);
  static void explain(const Permission& said, Properties& properties);
  Result<void> restore_session(Bytes key, Bytes value);
  Result<void> restore_subscription(Bytes key, Bytes value);
  Result<void> restore_incoming_qos2(Bytes key);
  Result<void> restore_delivery(Bytes key, Bytes value);
  void handle_unsubscribe(Connection& connection, const Frame& frame, Instant now);
  void handle_disconnect(Connection& connection, const Frame& frame, Instant now);
  void handle_auth(Connection& connection, const Frame& frame, Instant now);
  // The authority's answer, or that there is none yet.
  void judge(Connection& connection, const std::optional<Verdict>& verdict, Instant now);
  void carry_out(Connection& connection, const Verdict& verdict, Instant now);
  void send_auth(Connection& connection, const Verdict& verdict, Instant now);
  void fail_authentication(Connection& connection, const Error& error, Instant now, const Verdict* verdict = nullptr);

  // Writes an answer that the client waits for, less what of its `properties` may be left out: without it the
  // connection is of no use and ends.
  template <typename Encode>
  void answer(Connection& connection, Instant now, Properties& properties, Encode&& encode);
  void send_disconnect(Connection& connection, const Error& error, const Properties* said);
  // What the host says, if a packet can carry it; else nothing.
  static Properties sayable(Properties said);
  static Properties said_by(const Permission& permission);
  static Properties said_by(const Verdict& verdict);
  void respond(Connection& connection, PacketType type, PacketIdentifier identifier, ReasonCode reason,
               const Permission& said = {});

  // A message on its way to sessions: kept at most once, and encoded at most once for each form it takes.
  struct Route;
  void route(Route& route, const Session* publisher);
  void merge_matches(QoS qos, const Session* publisher);
  void deliver(Route& route, const Match& match);
  void deliver_acknowledged(Route& route, Session& session, const Match& match, QoS qos, bool retain);
  bool write_routed(Route& route, Connection& connection, const Match& match, QoS qos, bool retain,
                    PacketIdentifier identifier);
  bool write_form(Route& route, Connection& connection, QoS qos, bool retain, PacketIdentifier identifier);
  bool has_window(const Session& session) const;
  bool has_room(const Session& session) const;
  // False if it was dropped, for want of room.
  bool enqueue(Session& session, Delivery delivery);
  void count_queued(Session& session, const Delivery& delivery);
  Delivery dequeue(Session& session);
  // A packet identifier for a delivery that goes out now, and the end of it.
  PacketIdentifier add_to_flight(Session& session, Delivery delivery);
  void settle(Session& session, PacketIdentifier identifier);
  // Precondition: the session has a record.
  void record(Session& session, Delivery& delivery, PacketIdentifier identifier, FlightState state);
  bool takes_qos_zero(const Connection& connection) const;
  void send_delivery(Session& session, Delivery delivery, Instant now);
  bool write_delivery(Connection& connection, const Delivery& delivery, PacketIdentifier identifier, bool dup,
                      Instant now);
  void resend(Session& session, Instant now);
  // An acknowledgement made room.
  void go_on_sending(Session& session, Instant now);

  // --- retained messages for new subscriptions (retained_delivery.cpp)
  enum class RetainedProgress : std::uint8_t { Done, Waits, SliceIsOver };
  void begin_retained(Session& session, FilterPlace place, std::string_view topic_filter,
                      const Subscription& subscription);
  void change_retained(Session& session, FilterPlace place, const Subscription& subscription);
  void end_retained(Session& session, FilterPlace place);
  void resume_retained(Session& session);
  void record_retained(Session& session);
  // As much as the client and the slice take now.
  void tell_retained(Session& session, Instant now);
  RetainedProgress tell_retained(Session& session, RetainedDelivery& delivery, Instant now);
  bool takes_retained(const Session& session, const RetainedDelivery& delivery) const;
  static Delivery retained_copy(const Message& message, const Subscription& subscription);
  // Precondition: the session is to be told of retained messages.
  void tell_early(Session& session, std::string_view topic, Instant now);
  // In a slice to come.
  void wake_retained(Session& session);
  void wake_drained(Connection& connection);
  Instant next_slice() const;

  // The member that a message of this QoS goes to, and its turn is over; null if none can take it.
  const Subscription* next_member(SharedGroup& group, QoS qos);
  // The session ends: what it has of its groups and did not get for good goes to their other members.
  void pass_on(Session& gone, Instant now);
  void pass_on(const Delivery& delivery, Instant now);

  // --- statistics as messages (system_topics.cpp)
  void begin_statistics(Instant now);
  void publish_statistics(Instant now);
  void publish_statistic(std::string_view name, std::string value, Instant now);
  void publish_load(std::string_view name, Load& load, std::uint64_t total, Instant now);

  void arm_keep_alive(Connection& connection, Instant from);
  bool is_outdated(const Deadline& deadline) const;
  void run(const Deadline& deadline, Instant now);

  BrokerOptions options_;
  BrokerObserver silent_observer_;
  BrokerAuthority permissive_authority_;
  BrokerObserver& observer_;
  BrokerAuthority& authority_;
  const bool publishes_are_observed_;
  const bool publishes_are_decided_;
  BrokerStatistics statistics_;
  DeadlineQueue deadlines_;
  Instant now_;               // the latest that a mutation was told, for what the host does between them
  std::uint32_t serial_ = 0;  // the last connection's

  std::optional<SystemTopics> system_topics_;  // from the first connection on, if wanted

  std::vector<std::unique_ptr<Connection>> connections_;  // by id
  std::vector<ConnectionId> free_connections_;
  Outputs outputs_{options_, statistics_};

  Recorder recorder_;
  RetainedMessages retained_{recorder_};   // outlives the sessions, which have cursors on it
  RingQueue<SubscriberId> with_retained_;  // those that can be told more of it
  struct Slice {
    std::size_t messages = 0;  // that may be sent
    std::size_t steps = 0;     // topic levels that may be looked at
  };
  Slice slice_;

  SessionStore sessions_;
  BackPressure back_pressure_{sessions_, deadlines_, outputs_};

  Subscriptions subscriptions_{recorder_};
  std::unordered_map<std::uint64_t, Session*> restored_sessions_;  // by record, until finish_restoring()
  struct OwedRetained {
    Session* session;
    FilterPlace place;
    Subscription subscription;
  };
  std::vector<OwedRetained> restored_owed_;  // until finish_restoring()

  Publish publish_;           // the one being decoded; its properties' memory is used again
  PublishResponse response_;  // the same
  Publish stored_;            // the same for one that was kept and goes out again
  std::uint64_t route_serial_ = 0;
  std::vector<Subscription> subscriptions_matched_;
  std::vector<Match> matches_;      // one for each session
  std::vector<PublishForm> forms_;  // of the message being routed
};

template <typename Encode>
void Broker::State::answer(Connection& connection, Instant now, Properties& properties, Encode&& encode) {
  const bool fits = fit_explanation(properties, [&] { return outputs_.write(connection, encode); });
  if (fits) return;
  const Error error{Fault::LimitReached, ReasonCode::PacketTooLarge,
                    "an answer is larger than the client's Maximum Packet Size"};
  end(connection, error, false, now);
}

}  // namespace mqtt
