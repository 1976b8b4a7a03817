// Members of a shared subscription come and go; whose turn it is stays.
#include "mqtt/broker/shared_group.h"

#include <algorithm>

namespace mqtt {

bool SharedGroup::insert(const Subscription& member) {
  const auto found = std::ranges::find(members, member.subscriber, &Subscription::subscriber);
  if (found != members.end()) {
    *found = member;
    return false;
  }
  members.push_back(member);
  return true;
}

bool SharedGroup::erase(SubscriberId session) {
  const auto found = std::ranges::find(members, session, &Subscription::subscriber);
  if (found == members.end()) return false;
  const auto position = static_cast<std::size_t>(found - members.begin());
  members.erase(found);
  if (next > position) --next;
  if (next >= members.size()) next = 0;
  return true;
}

}  // namespace mqtt
