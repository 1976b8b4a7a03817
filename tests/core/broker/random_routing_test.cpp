// A broker under random subscriptions and messages, beside the plainest model of one: a list of subscriptions, asked
// one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "mqtt/topic/topic_filter.h"
#include "support/test_broker.h"
#include "support/versions.h"

namespace mqtt::test {
namespace {

constexpr const char* kFilters[] = {"#", "+", "+/+", "a/+", "+/b", "a/#", "a/b", "b", "a/b/c", "+/b/#", "$x/#", "/+"};
constexpr const char* kTopics[] = {"a", "b", "a/b", "b/b", "a/b/c", "$x/a", "/b", "a/"};
constexpr std::size_t kClients = 4;
constexpr int kSharedIdentifier = 9;  // marks what comes by a shared subscription

// What one client gets: topic, payload, QoS, retain flag, subscription identifiers.
using Copy = std::tuple<std::string, std::string, int, bool, std::multiset<int>>;

struct ModelSubscription {
  int maximum_qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  int identifier = 0;
};

struct RetainedMessage {
  std::string payload;
  int qos = 0;
};

Copy read(const std::string& line) {
  const auto number_behind = [&](const std::string& word) {
    const auto at = line.find(word);
    return at == std::string::npos ? 0 : std::stoi(line.substr(at + word.size()));
  };
  const std::string topic = line.substr(8, line.find(' ', 8) - 8);
  std::string payload;  // left out when it is empty
  if (const auto quote = line.find('\''); quote != std::string::npos)
    payload = line.substr(quote + 1, line.find('\'', quote + 1) - quote - 1);
  std::multiset<int> identifiers;
  const std::string name = "subscription_identifier=";
  for (auto at = line.find(name); at != std::string::npos; at = line.find(name, at + 1)) {
    // Several stand behind one name, with commas between them.
    for (auto digit = at + name.size();;) {
      identifiers.insert(std::stoi(line.substr(digit)));
      digit = line.find_first_not_of("0123456789", digit);
      if (digit == std::string::npos || line[digit] != ',') break;
      ++digit;
    }
  }
  return {topic, payload, number_behind(" qos"), line.find(" retain") != std::string::npos, identifiers};
}

class RandomRouting : public testing::TestWithParam<unsigned> {
 protected:
  RandomRouting() : random_(GetParam()) {
    for (std::size_t i = 0; i < kClients; ++i) {
      peers_.push_back(std::make_unique<Peer>(broker_, V5_0));
      peers_.back()->connects("client-" + std::to_string(i));
    }
    subscriptions_.resize(kClients);
  }

  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  template <std::size_t Count>
  std::string one_of(const char* const (&choices)[Count]) {
    return choices[below(Count)];
  }

  // Everything that came to a client, acknowledged to the end.
  std::vector<Copy> take(std::size_t client) {
    std::vector<Copy> copies;
    for (std::vector<std::string> lines = peers_[client]->received(); !lines.empty();
         lines = peers_[client]->received()) {
      for (const std::string& line : lines) {
        const auto at = line.find(" id");
        const std::string id = at == std::string::npos ? "" : line.substr(at, line.find(' ', at + 1) - at);
        if (line.starts_with("PUBREL")) peers_[client]->sends("PUBCOMP" + id);
        if (!line.starts_with("PUBLISH")) continue;
        copies.push_back(read(line));
        const int qos = std::get<2>(copies.back());
        if (qos > 0) peers_[client]->sends((qos == 1 ? "PUBACK" : "PUBREC") + id);
      }
    }
    std::sort(copies.begin(), copies.end());
    return copies;
  }

  void subscribe() {
    const auto client = static_cast<std::size_t>(below(kClients));
    const std::string filter = one_of(kFilters);
    const ModelSubscription wanted{below(3), below(2) == 1, below(2) == 1, below(4)};
    std::string line = "SUBSCRIBE id1 " + filter + " qos" + std::to_string(wanted.maximum_qos);
    if (wanted.no_local) line += " no_local";
    if (wanted.retain_as_published) line += " retain_as_published";
    if (wanted.identifier != 0) line += " {subscription_identifier=" + std::to_string(wanted.identifier) + "}";
    peers_[client]->sends(line);
    subscriptions_[client][filter] = wanted;
    std::vector<Copy> expected;
    for (const auto& [topic, message] : retained_) {
      std::multiset<int> identifiers;
      if (wanted.identifier != 0) identifiers.insert(wanted.identifier);
      if (matches(filter, topic))
        expected.emplace_back(topic, message.payload, std::min(message.qos, wanted.maximum_qos), true, identifiers);
    }
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(take(client), expected) << line;
  }

  void unsubscribe() {
    const auto client = static_cast<std::size_t>(below(kClients));
    const std::string filter = one_of(kFilters);
    peers_[client]->unsubscribes(filter);
    subscriptions_[client].erase(filter);
  }

  void share() {
    const auto client = static_cast<std::size_t>(below(kClients));
    const std::string filter = one_of(kFilters);
    if (below(2) == 0) {
      peers_[client]->sends("SUBSCRIBE id1 $share/g/" + filter + " qos2 {subscription_identifier=9}");
      groups_[filter].insert(client);
    } else {
      peers_[client]->unsubscribes("$share/g/" + filter);
      groups_[filter].erase(client);
    }
    EXPECT_EQ(take(client), std::vector<Copy>{});
  }

  void publish() {
    const auto client = static_cast<std::size_t>(below(kClients));
    const std::string topic = one_of(kTopics);
    const int qos = below(3);
    const bool retain = below(3) == 0;
    const std::string payload = retain && below(3) == 0 ? "" : std::to_string(++last_payload_);
    std::string line = "PUBLISH " + topic + " '" + payload + "' qos" + std::to_string(qos);
    if (qos > 0) line += " id1";
    if (retain) line += " retain";
    peers_[client]->sends(line);
    if (qos == 2) peers_[client]->sends("PUBREL id1");
    if (retain && payload.empty()) retained_.erase(topic);
    if (retain && !payload.empty()) retained_[topic] = {payload, qos};
    expect_delivery(client, topic, payload, qos, retain, line);
  }

  void expect_delivery(std::size_t publisher, const std::string& topic, const std::string& payload, int qos,
                       bool retain, const std::string& line) {
    std::vector<Copy> shared;
    for (std::size_t client = 0; client < kClients; ++client) {
      std::vector<Copy> copies = take(client);
      const auto is_own = [](const Copy& copy) { return !std::get<4>(copy).contains(kSharedIdentifier); };
      const auto own_end = std::stable_partition(copies.begin(), copies.end(), is_own);
      shared.insert(shared.end(), own_end, copies.end());
      copies.erase(own_end, copies.end());
      EXPECT_EQ(copies, expected_copies(client, publisher, topic, payload, qos, retain)) << line << " to " << client;
    }
    std::size_t groups = 0;
    for (const auto& [filter, members] : groups_)
      groups += !members.empty() && matches(filter, topic) ? 1 : 0;
    EXPECT_EQ(shared.size(), groups) << line;
    for (const Copy& copy : shared)
      EXPECT_EQ(copy, Copy(topic, payload, qos, false, {kSharedIdentifier}));
  }

  std::vector<Copy> expected_copies(std::size_t client, std::size_t publisher, const std::string& topic,
                                    const std::string& payload, int qos, bool retain) {
    int maximum_qos = -1;
    bool as_published = false;
    std::multiset<int> identifiers;
    for (const auto& [filter, subscription] : subscriptions_[client]) {
      if (!matches(filter, topic) || (subscription.no_local && client == publisher)) continue;
      maximum_qos = std::max(maximum_qos, subscription.maximum_qos);
      as_published = as_published || subscription.retain_as_published;
      if (subscription.identifier != 0) identifiers.insert(subscription.identifier);
    }
    if (maximum_qos < 0) return {};
    return {Copy(topic, payload, std::min(qos, maximum_qos), retain && as_published, identifiers)};
  }

  TestBroker broker_;
  std::mt19937 random_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::map<std::string, ModelSubscription>> subscriptions_;  // by client
  std::map<std::string, std::set<std::size_t>> groups_;                  // by filter
  std::map<std::string, RetainedMessage> retained_;
  int last_payload_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Seeds, RandomRouting, testing::Range(1U, 21U));

TEST_P(RandomRouting, IsThatOfAPlainListOfSubscriptions) {
  for (int step = 0; step < 250 && !HasFailure(); ++step) {
    switch (below(8)) {
      case 0:
      case 1:
        subscribe();
        break;
      case 2:
        unsubscribe();
        break;
      case 3:
        share();
        break;
      default:
        publish();
    }
  }
}

}  // namespace
}  // namespace mqtt::test
