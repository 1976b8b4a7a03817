// The broker's parts wired together, what must be around every mutation, and the handlers of packets, each in its
// handle_*.cpp.
#pragma once

#include "mqtt/broker/handshake.h"
#include "mqtt/broker/restorer.h"
#include "mqtt/broker/said_by.h"
#include "mqtt/broker/system_topics.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

class Broker::State {
 public:
  State(const BrokerOptions& options, BrokerObserver* observer, BrokerAuthority* authority, Journal* journal);

 private:
  friend class Broker;  // its methods are the mutations

  // Every mutation is a `step(*this)` in here. Wherever a step makes room, or lets publishers go, they go on behind it:
  // no caller has to know which steps do.
  template <typename Step>
  void mutate(Instant now, Step&& step) {
    now_ = now;
    step(*this);
    conclude();
  }
  // One that brings input or time: a slice of retained messages goes with it, behind those who were held.
  template <typename Step>
  void mutate_and_tell_retained(Instant now, Step&& step) {
    mutate(now, [&](State&) {
      retained_slices_.renew();
      step(*this);
      serve_held();
      retained_slices_.serve(now);
    });
  }
  void conclude();
  void serve_held();

  const BrokerStatistics& current_statistics();
  bool is_outdated(const Deadline& deadline) const;
  void run(const Deadline& deadline, Instant now);

  // The packets that are whole now: those held, and then those of `bytes`.
  void process(Connection& connection, Bytes bytes, Instant now);
  void handle(Connection& connection, const Frame& frame, Instant now);
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
  void respond(Connection& connection, PacketType type, PacketIdentifier identifier, ReasonCode reason,
               const Permission& said = {});

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
  Handshake handshake_{options_,  statistics_, observer_,        authority_, recorder_,   outputs_,
                       sessions_, deliveries_, retained_slices_, endings_,   connections_};
  Restorer restorer_{recorder_, retained_, sessions_, subscriptions_, deliveries_, retained_slices_, endings_};

  Publish publish_;           // the one being decoded; its properties' memory is used again
  PublishResponse response_;  // the same
};

}  // namespace mqtt
