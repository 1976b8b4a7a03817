// Members of a shared subscription come and go; whose turn it is stays.
#include "mqtt/broker/shared_group.h"

#include <algorithm>

namespace mqtt {

namespace {

auto find(std::vector<Subscription>& members, SubscriberId session) {
  return std::find_if(members.begin(), members.end(),
                      [session](const Subscription& member) { return member.subscriber == session; });
}

}  // namespace

bool SharedGroup::insert(const Subscription& member) {
  const auto found = find(members, member.subscriber);
  if (found != members.end()) {
    *found = member;
    return false;
  }
  members.push_back(member);
  return true;
}

bool SharedGroup::erase(SubscriberId session) {
  const auto found = find(members, session);
  if (found == members.end()) return false;
  const auto position = static_cast<std::size_t>(found - members.begin());
  members.erase(found);
  if (next > position) --next;
  if (next >= members.size()) next = 0;
  return true;
}

}  // namespace mqtt
