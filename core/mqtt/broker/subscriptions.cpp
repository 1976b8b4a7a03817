// Sessions subscribe and unsubscribe; groups begin with their first member and end with their last.
#include "mqtt/broker/subscriptions.h"

namespace mqtt {

Subscriptions::Added Subscriptions::add(Session& session, std::string_view topic_filter,
                                        const ParsedTopicFilter& parsed, const Subscription& subscription) {
  recorder_.subscription(session, topic_filter, subscription);
  if (parsed.share_name.empty()) {
    const auto [place, is_new] = trie_.insert(parsed.filter, subscription);
    if (is_new) session.subscriptions.add(place);
    return {place, is_new};
  }
  SharedGroup& group = obtain_group(parsed);
  const bool is_new = groups_.insert(group, subscription);
  if (is_new) {
    session.subscriptions.add(group.number);
    ++members_;
  }
  return {group.number, is_new};
}

std::uint32_t Subscriptions::find(const Session& session, const ParsedTopicFilter& parsed) {
  std::uint32_t number = kNowhere;
  if (parsed.share_name.empty()) {
    number = trie_.place_of(parsed.filter);
  } else if (const SharedGroup* group = find_group(parsed)) {
    number = group->number;
  }
  return session.subscriptions.find(number) == nullptr ? kNowhere : number;
}

std::uint32_t Subscriptions::remove(Session& session, std::string_view topic_filter, const ParsedTopicFilter& parsed) {
  const std::uint32_t number = find(session, parsed);
  if (number == kNowhere) return kNowhere;
  recorder_.erase_subscription(session, topic_filter);
  session.subscriptions.erase(number);
  end(session, number);
  return number;
}

void Subscriptions::remove_all(Session& session) {
  for (const std::uint32_t number : session.subscriptions.values()) {
    if (session.record != 0) {
      recorder_.erase_subscription(session, is_shared_group(number)
                                                ? std::string(kSharePrefix) + share_of(*groups_.find(number))
                                                : trie_.filter_at(number));
    }
    end(session, number);
  }
  session.subscriptions = {};
}

SharedGroup& Subscriptions::obtain_group(const ParsedTopicFilter& parsed) {
  if (SharedGroup* existing = find_group(parsed)) return *existing;
  const SubscriberId number = groups_.next_number();
  const auto inserted = trie_.insert(parsed.filter, {.subscriber = number, .subscription_identifier = 0, .options = 0});
  return groups_.add(number, parsed.share_name, inserted.place);
}

void Subscriptions::end(const Session& session, std::uint32_t number) {
  if (!is_shared_group(number)) {
    trie_.erase(number, session.id);
    return;
  }
  SharedGroup& group = *groups_.find(number);
  groups_.erase(group, session.id);
  --members_;
  if (group.members != 0) return;
  trie_.erase(group.filter, number);
  groups_.remove(group);
}

}  // namespace mqtt
