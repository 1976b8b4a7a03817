// Lists of subscriptions that turn from a pooled single into an array, and into an indexed array, as they grow.
#include "mqtt/topic/subscriber_lists.h"

namespace mqtt {

SubscriberLists::Inserted SubscriberLists::insert(List& list, const Subscription& subscription) {
  if (list == 0) {
    const std::uint32_t id = singles_.take();
    singles_[id] = subscription;
    list = id << 1;
    return Inserted::Added;
  }
  if (const Subscription* existing = find(list, subscription.subscriber)) {
    if (*existing == subscription) return Inserted::Unchanged;
    const_cast<Subscription&>(*existing) = subscription;  // it is ours, and we are not const
    return Inserted::Replaced;
  }
  if (is_single(list)) make_several(list);
  add(several_[list >> 1], subscription);
  return Inserted::Added;
}

bool SubscriberLists::erase(List& list, SubscriberId subscriber) {
  if (list == 0) return false;
  if (is_single(list)) {
    if (singles_[list >> 1].subscriber != subscriber) return false;
    singles_.give_back(list >> 1);
    list = 0;
    return true;
  }
  Several& several = several_[list >> 1];
  const std::size_t before = several.heap_bytes();
  if (!several.erase(subscriber)) return false;
  heap_bytes_ = heap_bytes_ - before + several.heap_bytes();
  if (several.size() == 1) make_single(list);
  return true;
}

const Subscription* SubscriberLists::find(List list, SubscriberId subscriber) const {
  if (list == 0) return nullptr;
  if (is_single(list)) {
    const Subscription& single = singles_[list >> 1];
    return single.subscriber == subscriber ? &single : nullptr;
  }
  return several_[list >> 1].find(subscriber);
}

void SubscriberLists::make_several(List& list) {
  const Subscription only = singles_[list >> 1];
  singles_.give_back(list >> 1);
  const std::uint32_t id = several_.take();
  list = (id << 1) | 1;
  add(several_[id], only);
}

void SubscriberLists::make_single(List& list) {
  Several& several = several_[list >> 1];
  const Subscription only = several.values()[0];
  heap_bytes_ -= several.heap_bytes();
  several_.give_back(list >> 1);
  const std::uint32_t id = singles_.take();
  singles_[id] = only;
  list = id << 1;
}

void SubscriberLists::add(Several& several, const Subscription& subscription) {
  const std::size_t before = several.heap_bytes();
  several.add(subscription);
  heap_bytes_ = heap_bytes_ - before + several.heap_bytes();
}

std::size_t SubscriberLists::memory_bytes() const {
  return singles_.memory_bytes() + several_.memory_bytes() + heap_bytes_;
}

}  // namespace mqtt
