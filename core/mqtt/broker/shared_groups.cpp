// Groups come and go with their members; whose turn it is stays.
#include "mqtt/broker/shared_groups.h"

namespace mqtt {

SubscriberId SharedGroups::next_number() {
  do {
    last_number_ = (last_number_ + 1) | kSharedGroupBit;
  } while (find(last_number_) != nullptr);
  return last_number_;
}

SharedGroup& SharedGroups::add(SubscriberId number, std::string_view share_name, FilterPlace filter) {
  const std::uint32_t id = groups_.take();
  groups_[id] = {.number = number, .share_name = share_names_.acquire(share_name), .filter = filter};
  by_number_.insert(id, hash_of_number());
  by_filter_.insert(id, hash_of_filter());
  return groups_[id];
}

void SharedGroups::remove(const SharedGroup& group) {
  const std::uint32_t id = id_of(group.number);
  by_number_.erase(id, hash_of_number());
  by_filter_.erase(id, hash_of_filter());
  share_names_.release(group.share_name);
  groups_.give_back(id);
}

std::uint32_t SharedGroups::id_of(SubscriberId number) const {
  return by_number_.find(hash_pair(0, number), [&](std::uint32_t id) { return groups_[id].number == number; });
}

SharedGroup* SharedGroups::find(SubscriberId number) {
  const std::uint32_t id = id_of(number);
  return id == 0 ? nullptr : &groups_[id];
}

SharedGroup* SharedGroups::find(std::string_view share_name, FilterPlace filter) {
  const LevelId name = share_names_.find(share_name);
  if (name == kNoLevel || filter == kNowhere) return nullptr;
  const std::uint32_t id = by_filter_.find(hash_pair(name, filter), [&](std::uint32_t candidate) {
    return groups_[candidate].share_name == name && groups_[candidate].filter == filter;
  });
  return id == 0 ? nullptr : &groups_[id];
}

bool SharedGroups::insert(SharedGroup& group, const Subscription& member) {
  return members_.insert(group.members, member) == SubscriberLists::Inserted::Added;
}

bool SharedGroups::erase(SharedGroup& group, SubscriberId session) {
  const Subscription* member = members_.find(group.members, session);
  if (member == nullptr) return false;
  const std::span<const Subscription> members = members_.members(group.members);
  const auto position = static_cast<std::uint32_t>(member - members.data());
  const auto last = static_cast<std::uint32_t>(members.size() - 1);
  members_.erase(group.members, session);
  // The last one takes the place of the one that leaves.
  if (group.next == last) group.next = position == last ? 0 : position;
  return true;
}

}  // namespace mqtt
