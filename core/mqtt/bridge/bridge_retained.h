// What is retained at the local broker and what the remote one is known to retain -> the same at both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mqtt/bridge/bridge_state.h"
#include "mqtt/bridge/changed_topics.h"
#include "mqtt/bridge/topic_set.h"
#include "mqtt/session/retained_store.h"

namespace mqtt {

// Topics are named as they are here. With each connection to the remote broker: it tells what it retains (Hearing),
// and is told what changed here meanwhile and what it is not known to have (Telling); then what it had and did not tell
// of is asked for by name (Asking), and cleared here if it is gone. From then on (InStep) each change crosses as a
// message; what is not known to have arrived is told again.
class Bridge::Retained final : public RetainedWatcher {
 public:
  Retained(State& bridge, RetainedStore& store);
  ~Retained() override;

  // --- the remote connection: after the CONNACK, after the last SUBACK, and at its end
  void begin(bool session_present);
  void subscribed();
  void end();
  // The local client is connected; what crossed towards it before was lost.
  void local_is_ready();

  // --- what crosses
  enum class Crossing : std::uint8_t { AsItIs, NotRetained, Nothing };
  // A message of the remote broker under its name here. Its retain flag may be set, where the broker left it out.
  Crossing heard(const BridgeRoute& route, Publish& message);
  // Whether it answers what was asked for by name.
  static bool is_answer(const Publish& message);
  // A retained message of here was written, or waits for the connection.
  void sent(const BridgeRoute& route, const Publish& crossing, OperationToken token);
  // The end of a message there: by an answer, or only written; success or a refusal.
  void answered(OperationToken token, bool is_answer, ReasonCode reason);
  void ping_answered();
  void on_subscribed(OperationToken token, const Suback& suback);
  void on_unsubscribed(OperationToken token);
  void on_retained_changed(std::string_view topic, std::string_view client_identifier) override;

  // --- messages of QoS 0 that may not have arrived: how many, and the first of them
  std::size_t unconfirmed() const { return unasked_.size() + asked_.size(); }
  std::string first_unconfirmed() const;
  void given_up(const Suspicion::Suspect& suspect);

  // A slice of what is to be done now.
  void work();
  Instant next_deadline() const;

 private:
  enum class Phase : std::uint8_t { Away, Hearing, Telling, Asking, InStep };
  // The remote broker has answered a PINGREQ that went out behind all that was asked of it.
  enum class Barrier : std::uint8_t { None, Wanted, Sent, Reached };

  // A value on its way there.
  struct Sent {
    std::string topic;
    std::uint64_t value = 0;
    bool is_own = false;  // sent by tell(), and not when it was published
  };
  // All those of a topic. Messages of one QoS arrive in their order; of several, which one is the last there is not
  // known.
  struct UnderWay {
    std::size_t messages = 0;
    std::uint64_t last = 0;  // value
    QoS qos = QoS::AtMostOnce;
    bool are_mixed = false;
  };
  // What the remote broker had and did not tell of.
  struct Missing {
    std::string topic;
    std::string remote_topic;
    bool can_be_heard = false;
  };

  State::Side& local() { return bridge_.local(); }
  State::Side& remote() { return bridge_.remote(); }
  Instant now() const { return bridge_.now_; }

  void hear_all();
  void forget_exchange();
  bool is_newer_here(std::string_view topic) const;
  bool is_same_here(const Publish& message) const;
  static std::uint64_t value_of(Bytes payload);
  void note_sent(Sent sent, QoS qos, OperationToken token);
  void learn(std::string_view topic, bool is_retained);
  void confirm(const Sent& sent);
  void refuse(const Sent& sent);
  bool note_end(const Sent& sent);
  void ping();
  bool has_heard_all() const;
  bool can_tell() const;
  void begin_telling();
  void tell_changed();
  Duration patience() const;
  void tell_late();
  void walk();
  void begin_next_walk();
  void visit(std::string_view topic);
  void visit_let_in(std::string_view topic, const BridgeRoute& route);
  void tell(const std::string& topic);
  void miss(std::string_view topic, const std::string& remote_topic);
  void begin_asking();
  void finish_asking();
  void stop_asking();
  void finish();

  State& bridge_;
  RetainedStore& store_;
  ChangedTopics changed_;
  Phase phase_ = Phase::Away;
  TopicSet known_;     // what the remote broker retains, as far as it was told of
  TopicSet seen_;      // the same of the present exchange, until it is over
  TopicSet given_up_;  // whose present value it did not get over

  // --- on their way
  std::unordered_map<OperationToken, Sent> sent_;        // of QoS 1 and 2
  std::vector<Sent> unasked_;                            // of QoS 0, since the last PINGREQ
  std::vector<Sent> asked_;                              // before it
  std::size_t own_ = 0;                                  // of all these
  std::unordered_map<std::string, UnderWay> under_way_;  // the same by topic
  // Of the remote broker, on their way to the local one past one of here on its way there: which of the two the remote
  // broker has in the end is not known, so it is told of what is here in the end.
  std::unordered_set<std::string> passing_;
  std::uint16_t last_number_ = 0;
  bool has_pinged_ = false;
  Instant next_ping_at_;

  // --- the present exchange
  Barrier barrier_ = Barrier::None;
  Instant heard_at_;            // the last of what was asked for
  std::size_t to_tell_ = 0;     // of changed_
  std::size_t next_route_ = 0;  // of the walk: the local side's, and then the remote one's
  std::size_t walked_route_ = 0;
  bool is_walk_over_ = true;
  Instant next_slice_at_;
  std::vector<Missing> missing_;
  std::size_t missing_bytes_ = 0;
  std::size_t awaited_subacks_ = 0;
  std::vector<std::string> asked_for_;  // remote names that are subscribed to beside the rules
};

}  // namespace mqtt
