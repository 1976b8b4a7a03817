// Who subscribed to what: topic filters with their subscribers -> all subscribers that match a topic name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/topic/level_tree.h"
#include "mqtt/topic/subscriber_lists.h"
#include "mqtt/topic/subscription.h"

namespace mqtt {

// Where a filter is filed: its number for as long as it has a subscriber, above 0 and below 2^31.
using FilterPlace = std::uint32_t;
inline constexpr FilterPlace kNowhere = 0;

// Matching takes time by the topic's depth and the number of matches, not by the number of filters.
class SubscriptionTrie {
 public:
  struct Insertion {
    FilterPlace place;
    bool is_new;  // the subscriber had no subscription to this filter
  };

  // Precondition: `filter` is a valid plain filter. Replaces the subscriber's subscription to the same filter
  // [MQTT-3.8.4-3].
  Insertion insert(std::string_view filter, const Subscription& subscription);
  // True if there was one.
  bool erase(FilterPlace place, SubscriberId subscriber);
  bool erase(std::string_view filter, SubscriberId subscriber) { return erase(place_of(filter), subscriber); }
  // nullptr if there is none; what it points to holds until the next change.
  const Subscription* find(std::string_view filter, SubscriberId subscriber) const;

  // kNowhere if nobody has subscribed to it.
  FilterPlace place_of(std::string_view filter) const;
  // Precondition: the filter has a subscriber.
  std::string filter_at(FilterPlace place) const;

  // Appends every subscription whose filter matches the name; one subscriber may appear several times, once for each
  // of its filters. Precondition: `name` is a valid topic name. Allocates nothing but what `out` needs.
  void match(std::string_view name, std::vector<Subscription>& out) const;

  std::size_t size() const { return size_; }  // subscriptions
  // Of the topic levels in use, with the root: 1 when there is no subscription that is more than "#".
  std::size_t node_count() const { return tree_.node_count(); }
  std::size_t memory_bytes() const;

 private:
  // One entry for each level of the longest filter, so that match() need not allocate, nor recurse as deep as a peer
  // likes.
  struct MatchStep {
    LevelId level = kNoLevel;  // of the name
    NodeId pending = kNoNode;  // a node that is still to be visited, of the stack that grows from the front
    std::uint32_t pending_depth = 0;
  };

  LevelTree tree_;
  SubscriberLists lists_;
  mutable std::vector<MatchStep> steps_;
  std::size_t size_ = 0;
};

}  // namespace mqtt
