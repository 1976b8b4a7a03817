// Many lists of subscriptions, most of them of a single one, each known by a number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mqtt/topic/indexed_list.h"
#include "mqtt/topic/pool.h"
#include "mqtt/topic/subscription.h"

namespace mqtt {

// A list holds at most one subscription of a subscriber. Its subscriptions lie side by side, so that a list of a
// thousand is copied at once; no operation takes time by its length.
class SubscriberLists {
 public:
  // 0: an empty list, which takes no memory. The functions that change a list change its number too.
  using List = std::uint32_t;
  enum class Inserted : std::uint8_t { Added, Replaced, Unchanged };

  Inserted insert(List& list, const Subscription& subscription);
  // True if the list had one of this subscriber. The order of the others may change.
  bool erase(List& list, SubscriberId subscriber);
  // nullptr if there is none; what it points to holds until the list changes.
  const Subscription* find(List list, SubscriberId subscriber) const;
  // All of a list, until it changes.
  std::span<const Subscription> members(List list) const {
    if (list == 0) return {};
    if (is_single(list)) return {&singles_[list >> 1], 1};
    return several_[list >> 1].values();
  }
  void append_to(List list, std::vector<Subscription>& out) const {
    if (list == 0) return;
    if (is_single(list)) return out.push_back(singles_[list >> 1]);
    const std::vector<Subscription>& several = several_[list >> 1].values();
    out.insert(out.end(), several.begin(), several.end());
  }

  std::size_t memory_bytes() const;

 private:
  struct SubscriberOf {
    SubscriberId operator()(const Subscription& subscription) const { return subscription.subscriber; }
  };
  using Several = IndexedList<Subscription, SubscriberOf>;

  // A list's number is an id of one of the two pools and, in the lowest bit, of which one.
  static bool is_single(List list) { return (list & 1) == 0; }

  void make_several(List& list);
  void make_single(List& list);
  void add(Several& several, const Subscription& subscription);

  Pool<Subscription> singles_;
  Pool<Several> several_;
  std::size_t heap_bytes_ = 0;  // of all `several_` together
};

}  // namespace mqtt
