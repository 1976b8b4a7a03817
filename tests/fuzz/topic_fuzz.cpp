// Topic filters and names, filed and looked up -> the tries answer what comparing each filter with each name does.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/support/choices.h"
#include "fuzz/support/demand.h"
#include "mqtt/topic/retained_trie.h"
#include "mqtt/topic/subscription_trie.h"
#include "mqtt/topic/topic_filter.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt::fuzz {
namespace {

// Levels that meet often, for bytes below 32; any text for the others.
std::string make_text(Choices& choices) {
  static constexpr std::string_view kParts[] = {"a", "b", "/", "/", "/", "+", "#", "$", "$share/g/", "a/b", "+/", "/#"};
  const std::uint8_t count = choices.byte();
  if (count >= 32) return std::string(as_text(choices.take()));
  std::string text;
  for (std::uint8_t i = 0; i < count; ++i)
    text += choices.one_of(kParts);
  return text;
}

std::vector<std::string_view> levels_of(std::string_view text) {
  std::vector<std::string_view> levels;
  while (true) {
    const std::size_t end = text.find('/');
    levels.push_back(text.substr(0, end));
    if (end == text.npos) return levels;
    text.remove_prefix(end + 1);
  }
}

// Section 4.7 in its own words.
bool matches_by_levels(std::string_view filter, std::string_view name) {
  const auto wanted = levels_of(filter);
  const auto levels = levels_of(name);
  if (name.starts_with('$') && (wanted.front() == "+" || wanted.front() == "#")) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "#") return true;
    if (i >= levels.size() || (wanted[i] != "+" && wanted[i] != levels[i])) return false;
  }
  return wanted.size() == levels.size();
}

bool has_good_wildcards(std::string_view filter) {
  const auto levels = levels_of(filter);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const bool is_alone = levels[i].size() == 1;
    if (levels[i].find('+') != std::string_view::npos && !is_alone) return false;
    if (levels[i].find('#') != std::string_view::npos && (!is_alone || i + 1 < levels.size())) return false;
  }
  return !filter.empty();
}

void check_parsed(std::string_view text, const ParsedTopicFilter& parsed) {
  demand(has_good_wildcards(parsed.filter), "a filter has its wildcards where they may stand");
  demand(parsed.has_wildcard == (parsed.filter.find_first_of("+#") != std::string_view::npos),
         "a filter with a wildcard says so");
  demand(is_shared(text) == !parsed.share_name.empty(), "a shared subscription has a share name");
  demand(parsed.share_name.find_first_of("/+#") == std::string_view::npos, "a share name holds no wildcard");
  if (is_shared(text))
    demand(std::string(parsed.share_name) + '/' + std::string(parsed.filter) == text.substr(kSharePrefix.size()),
           "a share is its parts");
}

class Topics {
 public:
  explicit Topics(Choices choices) : choices_(choices) {}

  void run() {
    while (!choices_.empty())
      step();
    finish();
  }

 private:
  void step() {
    const std::uint8_t what = choices_.below(8);
    const std::string text = make_text(choices_);
    const auto parsed = parse_topic_filter(text);
    if (parsed) {
      check_parsed(text, *parsed);
    } else {
      const bool is_plain_name = is_valid_topic_name(text) && !is_shared(text);
      demand(!is_plain_name, "a name is a filter");
    }
    if (what < 4) return look_up(text, parsed);
    if (what < 6) return file(text, parsed);
    unfile(text, parsed);
  }

  void file(const std::string& text, const Result<ParsedTopicFilter>& parsed) {
    const std::uint8_t byte = choices_.byte();
    if (parsed) {
      const Subscription subscription{.subscriber = byte % 4U, .subscription_identifier = byte, .options = byte};
      const auto key = std::pair(std::string(parsed->filter), subscription.subscriber);
      const bool is_new = !subscriptions_.contains(key);
      subscriptions_[key] = subscription;
      const auto inserted = trie_.insert(key.first, subscription);
      demand(inserted.is_new == is_new, "a subscription is new when there was none");
      demand(trie_.filter_at(inserted.place) == key.first, "a filter is found again by its place");
    }
    if (is_valid_topic_name(text)) {
      const bool is_new = !names_.contains(text);
      names_[text] = byte;
      demand(retained_.insert_or_assign(text, byte) == is_new, "a name is new when there was none");
    }
  }

  void unfile(const std::string& text, const Result<ParsedTopicFilter>& parsed) {
    if (parsed) {
      const SubscriberId subscriber = choices_.byte() % 4U;
      const bool was_there = subscriptions_.erase({std::string(parsed->filter), subscriber}) == 1;
      demand(trie_.erase(parsed->filter, subscriber) == was_there, "what was subscribed can be taken back");
    }
    if (is_valid_topic_name(text))
      demand(retained_.erase(text) == (names_.erase(text) == 1), "what was retained can be removed");
  }

  void look_up(const std::string& text, const Result<ParsedTopicFilter>& parsed) {
    if (is_valid_topic_name(text)) look_up_subscribers(text);
    if (parsed) look_up_names(std::string(parsed->filter));
    demand(trie_.size() == subscriptions_.size() && retained_.size() == names_.size(), "a trie counts what it holds");
  }

  void look_up_subscribers(const std::string& name) {
    std::vector<Subscription> found, wanted;
    trie_.match(name, found);
    for (const auto& [key, subscription] : subscriptions_) {
      const bool is_match = matches(key.first, name);
      demand(is_match == matches_by_levels(key.first, name), "a filter matches as section 4.7 says");
      if (is_match) wanted.push_back(subscription);
    }
    const auto order = [](const Subscription& a, const Subscription& b) {
      return std::pair(a.subscriber, a.subscription_identifier) < std::pair(b.subscriber, b.subscription_identifier);
    };
    std::ranges::sort(found, order);
    std::ranges::sort(wanted, order);
    demand(found == wanted, "a name finds all subscriptions that match it, and no others");
  }

  void look_up_names(const std::string& filter) {
    std::vector<std::uint8_t> found, wanted;
    RetainedTrie<std::uint8_t>::Cursor cursor(retained_, filter);
    std::size_t steps = SIZE_MAX;
    while (const std::uint8_t* value = cursor.next(steps))
      found.push_back(*value);
    for (const auto& [name, value] : names_) {
      if (matches(filter, name)) wanted.push_back(value);
    }
    std::ranges::sort(found);
    std::ranges::sort(wanted);
    demand(found == wanted, "a filter finds all names that it matches, and no others");
  }

  void finish() {
    for (const auto& [key, subscription] : subscriptions_) {
      const Subscription* found = trie_.find(key.first, key.second);
      demand(found != nullptr && *found == subscription, "a subscription is found as it was filed");
      trie_.erase(key.first, key.second);
    }
    for (const auto& [name, value] : names_) {
      const std::uint8_t* found = retained_.find(name);
      demand(found != nullptr && *found == value, "a name is found as it was filed");
      retained_.erase(name);
    }
    demand(trie_.size() == 0 && trie_.node_count() == 1, "no level is left without a filter");
    demand(retained_.size() == 0 && retained_.node_count() == 1, "no level is left without a name");
  }

  Choices choices_;
  SubscriptionTrie trie_;
  std::map<std::pair<std::string, SubscriberId>, Subscription> subscriptions_;
  RetainedTrie<std::uint8_t> retained_;
  std::map<std::string, std::uint8_t> names_;
};

}  // namespace
}  // namespace mqtt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mqtt::fuzz::Topics(mqtt::fuzz::Choices({data, size})).run();
  return 0;
}
