// The sessions that share one subscription: each message goes to one of them. [MQTT5 4.8.2]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/topic/subscription.h"

namespace mqtt {

// Groups stand in the subscription trie beside sessions; the highest bit tells their numbers apart.
inline constexpr SubscriberId kSharedGroupBit = 0x8000'0000;
constexpr bool is_shared_group(SubscriberId id) {
  return (id & kSharedGroupBit) != 0;
}

struct SharedGroup {
  SubscriberId id = 0;
  std::string share;   // "{share_name}/{filter}"
  std::string filter;  // what the trie holds
  std::vector<Subscription> members;
  std::size_t next = 0;  // the member whose turn it is

  // True if the session was no member before; else its subscription is replaced. [MQTT-3.8.4-3]
  bool insert(const Subscription& member);
  // True if it was one.
  bool erase(SubscriberId session);
};

// How well a member suits a message, from worst to best.
enum class MemberFit : std::uint8_t {
  No,             // it can't take it
  KeptUntilBack,  // its client is away: the session's queue takes it
  KeptUntilRoom,  // its client has all that it may have at a time
  AtOnce,
};

// The best of the members, and of equals the next in turn; null if none can take the message. `fit` answers the
// MemberFit of a member.
template <typename Fit>
const Subscription* choose_member(SharedGroup& group, Fit&& fit) {
  const std::size_t count = group.members.size();
  std::size_t chosen = count;
  MemberFit best = MemberFit::No;
  for (std::size_t turn = 0; turn < count; ++turn) {
    const std::size_t at = (group.next + turn) % count;
    const MemberFit answer = fit(group.members[at]);
    if (answer <= best) continue;
    best = answer;
    chosen = at;
    if (answer == MemberFit::AtOnce) break;
  }
  if (chosen == count) return nullptr;
  group.next = (chosen + 1) % count;
  return &group.members[chosen];
}

}  // namespace mqtt
