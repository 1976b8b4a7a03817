// What a session is still to be told of the messages that were retained when it subscribed.
#pragma once

#include <map>
#include <string_view>

#include "mqtt/session/message.h"
#include "mqtt/topic/retained_trie.h"
#include "mqtt/topic/subscription_trie.h"

namespace mqtt {

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

struct RetainedDeliveries {
  std::map<FilterPlace, RetainedDelivery> by_filter;
  bool is_listed = false;  // it goes on as soon as the broker's slices come to it
  // Messages that wait in the session's queue and these take turns.
  bool had_last_turn = false;
};

}  // namespace mqtt
