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
#include "mqtt/broker/connections.h"
#include "mqtt/broker/deadline_queue.h"
#include "mqtt/broker/outputs.h"
#include "mqtt/broker/recorder.h"
#include "mqtt/broker/restorer.h"
#include "mqtt/broker/retained_delivery.h"
#include "mqtt/broker/retained_messages.h"
#include "mqtt/broker/router.h"
#include "mqtt/broker/said_by.h"
#include "mqtt/broker/session_store.h"
#include "mqtt/broker/subscriptions.h"
#include "mqtt/broker/system_topics.h"
#include "mqtt/connection/explanation.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

class Broker::State {
 public:
  State(const BrokerOptions& options, BrokerObserver* observer, BrokerAuthority* authority, Journal* journal);

  // --- connections (broker.cpp)
  ConnectionId open(Instant now, Origin origin);
  void receive(Connection& connection, Bytes bytes, Instant now);
  // What the authority did not know when it was asked.
  void decide(Connection& connection, const Verdict& verdict, Instant now);
  void closed(Connection& connection, Instant now);
  void advance(Instant now);
  void disconnect(Connection& connection, const Disconnect& disconnect, Instant now);
  Connection& connection(ConnectionId id) { return connections_.at(id); }
  void consume_output(Connection& connection, std::size_t bytes);
  Outputs& outputs() { return outputs_; }
  void shut_down(Instant now);

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

  // --- for somebody beside the broker (retained_access.cpp)
  RetainedMessages& retained() { return retained_; }

  const BrokerOptions& options() const { return options_; }
  BrokerStatistics& statistics() { return statistics_; }
  RetainedSlices& retained_slices() { return retained_slices_; }
  Router& router() { return router_; }
  Restorer& restorer() { return restorer_; }
  const BrokerStatistics& current_statistics();
  Instant next_deadline() const { return std::min(deadlines_.next(), retained_slices_.next(now_)); }

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
  void handle_unsubscribe(Connection& connection, const Frame& frame, Instant now);
  void handle_disconnect(Connection& connection, const Frame& frame, Instant now);
  void handle_auth(Connection& connection, const Frame& frame, Instant now);
  // The authority's answer, or that there is none yet.
  void judge(Connection& connection, const std::optional<Verdict>& verdict, Instant now);
  void carry_out(Connection& connection, const Verdict& verdict, Instant now);
  void send_auth(Connection& connection, const Verdict& verdict, Instant now);
  void fail_authentication(Connection& connection, const Error& error, Instant now, const Verdict* verdict = nullptr);

  void respond(Connection& connection, PacketType type, PacketIdentifier identifier, ReasonCode reason,
               const Permission& said = {});

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
  Instant now_;  // the latest that a mutation was told, for what the host does between them

  Outputs outputs_{options_, statistics_};

  Recorder recorder_;
  RetainedMessages retained_{recorder_};  // outlives the sessions, which have cursors on it
  SessionStore sessions_;
  BackPressure back_pressure_{sessions_, deadlines_, outputs_};

  Subscriptions subscriptions_{recorder_};
  RetainedTurns retained_turns_;
  Deliveries deliveries_{options_, statistics_, recorder_, subscriptions_, outputs_, back_pressure_, retained_turns_};
  RetainedSlices retained_slices_{options_,       recorder_,   retained_,      sessions_,
                                  subscriptions_, deliveries_, retained_turns_};
  Router router_{statistics_, recorder_, retained_, sessions_, subscriptions_, outputs_, deliveries_, retained_slices_};
  SystemTopics system_topics_{options_, deadlines_, retained_, router_};
  SessionEndings endings_{sessions_, subscriptions_, recorder_, deadlines_, router_};
  Connections connections_{options_, statistics_, observer_, deadlines_, outputs_, back_pressure_, endings_};
  Restorer restorer_{recorder_, retained_, sessions_, subscriptions_, deliveries_, retained_slices_, endings_};

  Publish publish_;           // the one being decoded; its properties' memory is used again
  PublishResponse response_;  // the same
};

}  // namespace mqtt
