// Lists of subscriptions that turn from a pooled single into an array, and into an indexed array, as they grow.
#include "mqtt/topic/subscriber_lists.h"

#include <utility>

#include "mqtt/topic/hash.h"

namespace mqtt {

namespace {

// Apart by far, so that a list does not build and drop its index again and again.
constexpr std::size_t kLongestWithoutIndex = 48;
constexpr std::size_t kShortestWithIndex = 16;

std::uint64_t hash_subscriber(SubscriberId subscriber) {
  return hash_pair(0, subscriber);
}

// What IdTable asks for to index `members`.
auto hash_of_member(const std::vector<Subscription>& members) {
  return [&members](std::uint32_t id) { return hash_subscriber(members[id - 1].subscriber); };
}

}  // namespace

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
  const std::size_t at = position(several, subscriber);
  if (at == several.members.size()) return false;
  remove(several, at);
  if (several.members.size() == 1) make_single(list);
  return true;
}

const Subscription* SubscriberLists::find(List list, SubscriberId subscriber) const {
  if (list == 0) return nullptr;
  if (is_single(list)) {
    const Subscription& single = singles_[list >> 1];
    return single.subscriber == subscriber ? &single : nullptr;
  }
  const Several& several = several_[list >> 1];
  const std::size_t at = position(several, subscriber);
  return at == several.members.size() ? nullptr : &several.members[at];
}

// members.size() if it is not in the list.
std::size_t SubscriberLists::position(const Several& several, SubscriberId subscriber) {
  const std::vector<Subscription>& members = several.members;
  if (several.index != nullptr) {
    const std::uint32_t id = several.index->find(hash_subscriber(subscriber), [&](std::uint32_t candidate) {
      return members[candidate - 1].subscriber == subscriber;
    });
    return id == 0 ? members.size() : id - 1;
  }
  std::size_t at = 0;
  while (at < members.size() && members[at].subscriber != subscriber)
    ++at;
  return at;
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
  const Subscription only = several.members[0];
  heap_octets_ -= heap_octets(several);
  several_.give_back(list >> 1);
  const std::uint32_t id = singles_.take();
  singles_[id] = only;
  list = id << 1;
}

void SubscriberLists::add(Several& several, const Subscription& subscription) {
  heap_octets_ -= heap_octets(several);
  std::vector<Subscription>& members = several.members;
  members.push_back(subscription);
  if (several.index != nullptr) {
    several.index->insert(static_cast<std::uint32_t>(members.size()), hash_of_member(members));
  } else if (members.size() > kLongestWithoutIndex) {
    several.index = std::make_unique<IdTable>();
    for (std::uint32_t id = 1; id <= members.size(); ++id)
      several.index->insert(id, hash_of_member(members));
  }
  heap_octets_ += heap_octets(several);
}

// The last one takes the place of the one that leaves.
void SubscriberLists::remove(Several& several, std::size_t position) {
  heap_octets_ -= heap_octets(several);
  std::vector<Subscription>& members = several.members;
  const auto id = static_cast<std::uint32_t>(position + 1);
  const auto last = static_cast<std::uint32_t>(members.size());
  if (several.index != nullptr) {
    several.index->erase(id, hash_of_member(members));
    if (id != last) several.index->erase(last, hash_of_member(members));
  }
  members[position] = members.back();
  members.pop_back();
  if (several.index != nullptr && id != last) several.index->insert(id, hash_of_member(members));
  if (members.size() < kShortestWithIndex) several.index.reset();
  // Not by shrink_to_fit(), which does nothing in a libstdc++ without exceptions.
  if (members.size() * 4 <= members.capacity()) members = std::vector<Subscription>(members);
  heap_octets_ += heap_octets(several);
}

std::size_t SubscriberLists::heap_octets(const Several& several) {
  const std::size_t index = several.index == nullptr ? 0 : sizeof(IdTable) + several.index->memory_octets();
  return several.members.capacity() * sizeof(Subscription) + index;
}

std::size_t SubscriberLists::memory_octets() const {
  return singles_.memory_octets() + several_.memory_octets() + heap_octets_;
}

}  // namespace mqtt
