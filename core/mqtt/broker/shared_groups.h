// The sessions that share one subscription: each message goes to one of them. [MQTT5 4.8.2]
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mqtt/topic/hash.h"
#include "mqtt/topic/id_table.h"
#include "mqtt/topic/level_table.h"
#include "mqtt/topic/pool.h"
#include "mqtt/topic/subscriber_lists.h"
#include "mqtt/topic/subscription_trie.h"

namespace mqtt {

// Groups stand in the subscription trie beside sessions; the highest bit tells their numbers apart, from places of
// filters too.
inline constexpr SubscriberId kSharedGroupBit = 0x8000'0000;
constexpr bool is_shared_group(SubscriberId id) {
  return (id & kSharedGroupBit) != 0;
}

// Of one share name and one filter.
struct SharedGroup {
  SubscriberId number = 0;
  LevelId share_name = kNoLevel;
  FilterPlace filter = kNowhere;
  SubscriberLists::List members = 0;
  std::uint32_t next = 0;  // the member whose turn it is
};

// How well a member suits a message, from worst to best.
enum class MemberFit : std::uint8_t {
  No,             // it can't take it
  KeptUntilBack,  // its client is away: the session's queue takes it
  KeptUntilRoom,  // its client has all that it may have at a time
  AtOnce,
};

class SharedGroups {
 public:
  // For a group that is to be added. It is not that of a group that is gone, while a queued message may name that one.
  SubscriberId next_number();
  // Without members yet. Precondition: there is none of this name and filter. A reference to a group holds until it is
  // removed.
  SharedGroup& add(SubscriberId number, std::string_view share_name, FilterPlace filter);
  // Precondition: it has no members.
  void remove(const SharedGroup& group);

  // nullptr if there is none.
  SharedGroup* find(SubscriberId number);
  SharedGroup* find(std::string_view share_name, FilterPlace filter);

  // True if the session was no member before; else its subscription is replaced. [MQTT-3.8.4-3]
  bool insert(SharedGroup& group, const Subscription& member);
  // True if it was one. It stays the turn of the member whose turn it is.
  bool erase(SharedGroup& group, SubscriberId session);

  // The best of the members, and of equals the next in turn; null if none can take the message. `fit` answers the
  // MemberFit of a member.
  template <typename Fit>
  const Subscription* choose_member(SharedGroup& group, Fit&& fit) const {
    const std::span<const Subscription> members = members_.members(group.members);
    std::size_t chosen = members.size();
    MemberFit best = MemberFit::No;
    for (std::size_t turn = 0; turn < members.size(); ++turn) {
      const std::size_t at = (group.next + turn) % members.size();
      const MemberFit answer = fit(members[at]);
      if (answer <= best) continue;
      best = answer;
      chosen = at;
      if (answer == MemberFit::AtOnce) break;
    }
    if (chosen == members.size()) return nullptr;
    group.next = static_cast<std::uint32_t>((chosen + 1) % members.size());
    return &members[chosen];
  }

  std::string_view share_name(const SharedGroup& group) const { return share_names_.text(group.share_name); }
  std::size_t size() const { return groups_.size(); }

 private:
  // What IdTable asks for to file a group.
  auto hash_of_number() const {
    return [this](std::uint32_t id) { return hash_pair(0, groups_[id].number); };
  }
  auto hash_of_filter() const {
    return [this](std::uint32_t id) { return hash_pair(groups_[id].share_name, groups_[id].filter); };
  }
  std::uint32_t id_of(SubscriberId number) const;

  Pool<SharedGroup> groups_;
  IdTable by_number_;
  IdTable by_filter_;
  LevelTable share_names_;
  SubscriberLists members_;
  SubscriberId last_number_ = 0;
};

}  // namespace mqtt
