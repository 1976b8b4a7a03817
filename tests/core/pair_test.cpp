// A client and a broker together: what the application published arrives, however the transport fails.
#include "support/pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>

#include "support/versions.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The same name in each version, with a session that outlives any transport.
std::string persistent(std::string_view name, ProtocolVersion version, const std::string& properties = "") {
  const std::string line(name);
  if (version == V3_1) return line + " 3.1 persistent";
  if (version == V3_1_1) return line + " 3.1.1 persistent";
  return line + " 5.0 persistent {session_expiry_interval=4294967295" + properties + "}";
}

constexpr ClientOptions kQuick{.reconnect = {.initial_delay = 1s, .maximum_delay = 2s, .jitter = 0}};

void subscribe(PairedClient& client, PairedBroker& broker, std::string_view line) {
  const WrittenPacket packet("SUBSCRIBE " + std::string(line));
  ASSERT_TRUE(client.machine().subscribe(packet.as<Subscribe>(), 1'000'000, broker.now));
  broker.settle();
  ASSERT_THAT(client.subscribed, ElementsAre(1'000'000));
}

void publish(PairedClient& client, PairedBroker& broker, std::string_view line, OperationToken token) {
  const WrittenPacket packet("PUBLISH " + std::string(line));
  ASSERT_TRUE(client.machine().publish(packet.as<Publish>(), token, broker.now));
}

class PairOf : public EachVersion {};
INSTANTIATE_TEST_SUITE_P(Versions, PairOf, each_version(), in_version);

TEST_P(PairOf, ClientAndBrokerExchangeMessagesOfEveryQoS) {
  PairedBroker broker;
  PairedClient a(broker, persistent("a", GetParam())), b(broker, persistent("b", GetParam()));
  a.dial();
  b.dial();
  subscribe(b, broker, "t/# qos2");
  publish(a, broker, "t/0 'x'", 1);
  publish(a, broker, "t/1 'x'x10000 qos1", 2);
  publish(a, broker, "t/2 'x' qos2", 3);
  broker.settle();
  EXPECT_THAT(a.published, ::testing::UnorderedElementsAre(1, 2, 3));
  ASSERT_EQ(b.messages.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(b.messages[i].topic, "t/" + std::to_string(i));
    EXPECT_EQ(b.messages[i].qos, static_cast<QoS>(i));
  }
  EXPECT_EQ(a.machine().in_flight() + b.machine().in_flight(), 0U);
}

// The whole exchange, cut off once behind each byte of one direction.
void expect_exactly_once_with_cut(ProtocolVersion version, bool publisher_is_cut, bool cuts_up) {
  std::size_t total = SIZE_MAX;
  for (std::size_t cut_at = 0; cut_at <= total; ++cut_at) {
    PairedBroker broker;
    PairedClient a(broker, persistent("a", version), kQuick), b(broker, persistent("b", version), kQuick);
    a.dial();
    b.dial();
    subscribe(b, broker, "t qos2");
    PairedClient& victim = publisher_is_cut ? a : b;
    const std::size_t before = cuts_up ? victim.bytes_up() : victim.bytes_down();
    if (cut_at > 0) cuts_up ? victim.cut_after_up(cut_at) : victim.cut_after_down(cut_at);
    publish(a, broker, "t '1' qos2", 1);
    publish(a, broker, "t '2' qos1", 2);
    publish(a, broker, "t '3' qos2", 3);
    broker.settle();
    if (cut_at == 0) total = (cuts_up ? victim.bytes_up() : victim.bytes_down()) - before;
    EXPECT_THAT(a.published, ::testing::UnorderedElementsAre(1, 2, 3)) << cut_at;
    std::map<std::string, int> arrivals;
    std::vector<std::string> order;
    for (const auto& message : b.messages) {
      if (++arrivals[message.payload] == 1) order.push_back(message.payload);
    }
    EXPECT_THAT(order, ElementsAre("1", "2", "3")) << cut_at;
    EXPECT_EQ(arrivals["1"], 1) << cut_at;
    EXPECT_LE(arrivals["2"], 2) << cut_at;
    EXPECT_EQ(arrivals["3"], 1) << cut_at;
    EXPECT_EQ(a.connacks + b.connacks, cut_at == 0 ? 2U : 3U) << cut_at << " of " << total;
  }
}

TEST_P(PairOf, DeliversOnceWhenThePublishersBytesAreCutOffAnywhere) {
  expect_exactly_once_with_cut(GetParam(), true, true);
}
TEST_P(PairOf, DeliversOnceWhenTheAnswersToThePublisherAreCutOffAnywhere) {
  expect_exactly_once_with_cut(GetParam(), true, false);
}
TEST_P(PairOf, DeliversOnceWhenTheSubscribersAnswersAreCutOffAnywhere) {
  expect_exactly_once_with_cut(GetParam(), false, true);
}
TEST_P(PairOf, DeliversOnceWhenTheDeliveryIsCutOffAnywhere) {
  expect_exactly_once_with_cut(GetParam(), false, false);
}

// --- random runs

constexpr const char* kTopics[] = {"a", "a/b", "c/d/e"};

struct Sent {
  std::string topic;
  QoS qos;
};

// Of a process that is killed, nobody hears what became of the operations; its session goes on.
enum class Kills : std::uint8_t { None, Some };

class RandomRun {
 public:
  explicit RandomRun(std::uint32_t seed, Kills kills = Kills::None)
      : random_(seed),
        kills_(kills),
        broker_({.receive_maximum = static_cast<std::uint16_t>(1 + below(8)),
                 .maximum_in_flight = static_cast<std::uint16_t>(1 + below(20)),
                 .maximum_output_bytes = below(2) == 0 ? std::size_t{2'000} : std::size_t{16} * 1024 * 1024}) {
    constexpr ProtocolVersion kVersions[] = {V3_1, V3_1_1, V5_0, V5_0};
    for (std::size_t i = 0; i < 4; ++i) {
      const std::string limits = ":receive_maximum=" + std::to_string(1 + below(6));
      clients_.push_back(std::make_unique<PairedClient>(
          broker_, persistent("client" + std::to_string(i), kVersions[below(4)], " " + limits.substr(1)), kQuick));
      clients_.back()->dial();
      subscribe(*clients_.back(), broker_, "# qos2");
    }
    sent_.resize(clients_.size());
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i)
      step(below(clients_.size()));
    for (const auto& client : clients_) {
      if (!client->has_transport()) client->dial();
    }
    broker_.settle();
  }

  // Every message at every client: QoS 1 at least once, QoS 2 once, first arrivals of each publisher's topic in order.
  void check() const {
    for (std::size_t publisher = 0; publisher < clients_.size(); ++publisher) {
      EXPECT_THAT(clients_[publisher]->failed, IsEmpty());
      const auto& published = clients_[publisher]->published;
      if (kills_ == Kills::None) {
        EXPECT_EQ(published.size(), sent_[publisher].size());
      }
      EXPECT_EQ(std::set<OperationToken>(published.begin(), published.end()).size(), published.size());
      for (const auto& subscriber : clients_)
        check_arrivals(publisher, *subscriber);
      EXPECT_EQ(clients_[publisher]->machine().in_flight(), 0U);
      EXPECT_EQ(clients_[publisher]->machine().queued_messages(), 0U);
    }
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  void step(std::size_t index) {
    PairedClient& client = *clients_[index];
    // Often a byte or two, so that transports are cut inside packets.
    const std::size_t bytes = below(3) == 0 ? 1 + below(4) : 1 + below(400);
    switch (below(12)) {
      case 0:
        return publish_from(index);
      case 1:
        return broker_.advance(Duration(below(700)));
      case 2:
        if (below(8) == 0) client.cut(below(2) == 0);
        if (kills_ == Kills::Some && below(10) == 0) client.restart();
        if (kills_ == Kills::Some && below(40) == 0) broker_.restart();
        return;
      case 3:
        if (below(4) == 0) client.broker_learns();
        return;
      case 4:
      case 5:
        client.write_up(bytes);
        return;
      case 6:
      case 7:
        client.arrive_up(bytes);
        return;
      case 8:
      case 9:
        client.write_down(bytes);
        return;
      default:
        client.arrive_down(bytes);
        if (!client.has_transport() && below(4) == 0) client.dial();
        return;
    }
  }

  void publish_from(std::size_t index) {
    auto& sent = sent_[index];
    const QoS qos = static_cast<QoS>(1 + below(2));
    const std::string topic = kTopics[below(std::size(kTopics))];
    // "publisher number" and now and then a large rest.
    std::string payload = std::to_string(index) + " " + std::to_string(sent.size());
    if (below(20) == 0) payload += std::string(1 + below(20'000), ' ');
    const Publish publish{.topic = topic, .payload = as_bytes(payload), .qos = qos, .retain = below(10) == 0};
    ASSERT_TRUE(clients_[index]->machine().publish(publish, static_cast<OperationToken>(sent.size() + 1), broker_.now));
    sent.push_back({topic, qos});
  }

  void check_arrivals(std::size_t publisher, const PairedClient& subscriber) const {
    const auto& sent = sent_[publisher];
    std::vector<int> arrivals(sent.size());
    std::map<std::string, std::size_t> last;  // by topic
    for (const auto& message : subscriber.messages) {
      if (message.retain) continue;  // brought by a subscription: 3.1 subscribes again with each connection
      std::size_t end = 0;
      if (std::stoul(message.payload, &end) != publisher) continue;
      const std::size_t number = std::stoul(message.payload.substr(end));
      ASSERT_LT(number, sent.size());
      EXPECT_EQ(message.topic, sent[number].topic);
      EXPECT_EQ(message.qos, sent[number].qos);
      if (++arrivals[number] > 1) continue;
      const auto [entry, is_first] = last.emplace(message.topic, number);
      if (!is_first) {
        EXPECT_LT(entry->second, number) << "out of order on " << message.topic;
      }
      entry->second = number;
    }
    for (std::size_t number = 0; number < sent.size(); ++number) {
      EXPECT_GE(arrivals[number], 1) << "publisher " << publisher << " number " << number << " is lost";
      if (sent[number].qos == QoS::ExactlyOnce) {
        EXPECT_EQ(arrivals[number], 1) << "publisher " << publisher << " number " << number;
      }
    }
  }

  std::mt19937 random_;
  Kills kills_;
  PairedBroker broker_;
  std::vector<std::unique_ptr<PairedClient>> clients_;
  std::vector<std::vector<Sent>> sent_;  // by publisher
};

class RandomCuts : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RandomCuts, ::testing::Range(1U, 25U));

TEST_P(RandomCuts, LoseNothingOfQoS1DeliverQoS2OnceAndKeepTheOrder_MQTT_4_3_MQTT_4_6_0) {
  RandomRun run(GetParam());
  run.run(3'000);
  run.check();
}

class RandomKills : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, RandomKills, ::testing::Range(1U, 25U));

TEST_P(RandomKills,
       OfClientsAndBrokerLoseNothingOfQoS1DeliverQoS2OnceAndKeepTheOrder_MQTT_4_1_0_1_MQTT_4_3_MQTT_4_6_0) {
  RandomRun run(GetParam(), Kills::Some);
  run.run(3'000);
  run.check();
}

}  // namespace
}  // namespace mqtt::test
