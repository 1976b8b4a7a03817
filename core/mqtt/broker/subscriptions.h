// Who subscribed to what: topic filters -> sessions, and the groups that share a subscription.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/broker/recorder.h"
#include "mqtt/broker/session.h"
#include "mqtt/broker/shared_groups.h"
#include "mqtt/topic/subscription_trie.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

// The trie, Session::subscriptions and the journal say the same. A group stands in the trie as one subscriber from its
// first member to its last. [MQTT5 4.8.2]
class Subscriptions {
 public:
  explicit Subscriptions(Recorder& recorder) : recorder_(recorder) {}

  struct Added {
    std::uint32_t number;  // in Session::subscriptions
    bool is_new;           // the session had no subscription to this filter
  };
  // Precondition: `subscription` is the session's, and `parsed` is what `topic_filter` says.
  Added add(Session& session, std::string_view topic_filter, const ParsedTopicFilter& parsed,
            const Subscription& subscription);
  // Its number in Session::subscriptions, kNowhere if the session has no such subscription.
  std::uint32_t find(const Session& session, const ParsedTopicFilter& parsed);
  // The number that it had, kNowhere if the session had no such subscription.
  std::uint32_t remove(Session& session, std::string_view topic_filter, const ParsedTopicFilter& parsed);
  void remove_all(Session& session);

  // Appends all that match the topic name, groups among them.
  void match(std::string_view topic, std::vector<Subscription>& matched) const { trie_.match(topic, matched); }
  // Precondition: somebody has subscribed to it.
  std::string filter_at(FilterPlace place) const { return trie_.filter_at(place); }

  // Null if it is gone.
  SharedGroup* find_group(SubscriberId number) { return groups_.find(number); }
  SharedGroup* find_group(const ParsedTopicFilter& parsed) {
    return groups_.find(parsed.share_name, trie_.place_of(parsed.filter));
  }
  // As SharedGroups::choose_member().
  template <typename Fit>
  const Subscription* choose_member(SharedGroup& group, Fit&& fit) const {
    return groups_.choose_member(group, fit);
  }
  // The text that is the same for all groups of this name and filter, and for no other.
  std::string share_of(const SharedGroup& group) const {
    return std::string(groups_.share_name(group)) + "/" + trie_.filter_at(group.filter);
  }

  // Those of all sessions, as members of groups too.
  std::size_t size() const { return trie_.size() - groups_.size() + members_; }
  // Members of all groups.
  std::size_t members() const { return members_; }

 private:
  SharedGroup& obtain_group(const ParsedTopicFilter& parsed);
  void end(const Session& session, std::uint32_t number);

  Recorder& recorder_;
  SubscriptionTrie trie_;
  SharedGroups groups_;
  std::size_t members_ = 0;  // of all groups
};

}  // namespace mqtt
