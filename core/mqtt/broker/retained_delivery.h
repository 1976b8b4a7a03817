// A subscription -> the retained messages that it asks for, as fast as its client takes them and in slices, so that
// neither memory nor other clients pay for how many they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "mqtt/base/time.h"
#include "mqtt/broker/broker.h"
#include "mqtt/session/message.h"
#include "mqtt/session/outgoing_flight.h"
#include "mqtt/session/ring_queue.h"
#include "mqtt/topic/retained_trie.h"
#include "mqtt/topic/subscription_trie.h"

namespace mqtt {

class Deliveries;
class Recorder;
class RetainedMessages;
class SessionStore;
class Subscriptions;
struct Connection;
struct Session;

// Of one subscription. Nothing is queued for it: a message is looked up when the client has room for it.
struct RetainedDelivery {
  RetainedDelivery(RetainedTrie<Message>& retained, std::string_view topic_filter) : cursor(retained, topic_filter) {}

  RetainedTrie<Message>::Cursor cursor;
  Subscription subscription;
  // Session::dequeued when what waited in the queue before the subscription has left it: this goes behind it.
  std::uint64_t behind = 0;
  // Made on a connection that is gone: what is left of QoS 0 went with it. [MQTT-3.1.2-5 of 3.1.1]
  bool is_resumed = false;
  bool is_recorded = false;  // the journal knows that there is one
};

// What a session is still to be told of the messages that were retained when it subscribed.
struct RetainedDeliveries {
  std::map<FilterPlace, RetainedDelivery> by_filter;
  bool is_listed = false;  // in RetainedTurns
  // Messages that wait in the session's queue and these take turns.
  bool had_last_turn = false;
};

// The sessions that can be told more, each once.
class RetainedTurns {
 public:
  // Nothing if it has nothing to be told.
  void add(Session& session);
  bool empty() const { return sessions_.empty(); }
  std::size_t size() const { return sessions_.size(); }
  // Precondition: !empty(). The session may have ended, and the number may be another's.
  SubscriberId take() { return sessions_.pop(); }

 private:
  RingQueue<SubscriberId> sessions_;
};

// Tells them. One call of the host looks through so many retained messages and no more: the rest waits for the next.
class RetainedSlices {
 public:
  RetainedSlices(const BrokerOptions& options, Recorder& recorder, RetainedMessages& retained,
                 const SessionStore& sessions, const Subscriptions& subscriptions, Deliveries& deliveries,
                 RetainedTurns& turns)
      : options_(options),
        recorder_(recorder),
        retained_(retained),
        sessions_(sessions),
        subscriptions_(subscriptions),
        deliveries_(deliveries),
        turns_(turns) {}

  // --- a session's subscriptions
  // Made, or made again: what is retained must be sent then. [MQTT-3.8.4-4]
  void begin(Session& session, FilterPlace place, std::string_view topic_filter, const Subscription& subscription);
  // Made anew without asking for them.
  void change(Session& session, FilterPlace place, const Subscription& subscription);
  void end(Session& session, FilterPlace place);
  // For a session that outlives its connection the journal notes that messages of QoS 1 or 2 may be left to tell.
  void record(Session& session);
  // The client is back: what it was not told waited for it, like messages in its queue. [MQTT-4.1.0-1]
  void resume(Session& session);

  // As much as the client and the slice take now.
  void tell(Session& session, Instant now);
  // A live message goes to the session: what is retained under its topic came before it. [MQTT-4.6.0-6]
  // Precondition: the session is to be told of retained messages.
  void tell_early(Session& session, std::string_view topic, Instant now);
  // The host has written some of the connection's output.
  void note_drained(Connection& connection);

  // --- slices
  void renew() { slice_ = {}; }
  // Tells those whose turn it is.
  void serve(Instant now);
  // When those who want more have it, of a host that was here last at `now`.
  Instant next(Instant now) const { return turns_.empty() ? kNever : now + kPause; }

 private:
  // Of all sessions together in one call of the host. A slice takes a few milliseconds at most.
  static constexpr std::size_t kMessages = 1024;
  static constexpr std::size_t kSteps = 32 * 1024;
  // Others that want slices, too, get theirs a millisecond later.
  static constexpr Duration kPause = std::chrono::milliseconds(1);

  struct Slice {
    std::size_t messages = kMessages;  // that may be sent
    std::size_t steps = kSteps;        // topic levels that may be looked at
  };
  enum class Progress : std::uint8_t { Done, Waits, SliceIsOver };
  Progress tell(Session& session, RetainedDelivery& delivery, Instant now);
  bool takes(const Session& session, const RetainedDelivery& delivery) const;

  const BrokerOptions& options_;
  Recorder& recorder_;
  RetainedMessages& retained_;
  const SessionStore& sessions_;
  const Subscriptions& subscriptions_;
  Deliveries& deliveries_;
  RetainedTurns& turns_;
  Slice slice_{.messages = 0, .steps = 0};  // what is left of it
};

}  // namespace mqtt
