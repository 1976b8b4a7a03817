// Who publishes faster than a subscriber takes waits for it, as long as it keeps up; what was acknowledged is not
// dropped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/test_broker.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr int kLongQueue = 1000;

// Of a PUBLISH's line: what stands between the quotes, and "id7".
std::string payload_of(const std::string& line) {
  const std::size_t begin = line.find('\'') + 1;
  return line.substr(begin, line.find('\'', begin) - begin);
}
std::string identifier_of(const std::string& line) {
  const std::size_t begin = line.find("id", line.find("qos1"));
  return line.substr(begin, line.find(' ', begin) - begin);
}

// A broker, and a subscriber to `t` that takes one message at a time and has a long queue, made by one publisher.
class BackPressure : public testing::Test {
 protected:
  BackPressure() {
    subscriber_.connects("subscriber {receive_maximum=1}");
    subscriber_.subscribes("t qos1");
    publisher_.connects("publisher will(t 'will' qos1)");
  }

  static std::string message(std::string_view payload, int identifier) {
    return "PUBLISH t '" + std::string(payload) + "' qos1 id" + std::to_string(identifier);
  }

  // One message is on its way to the subscriber, the others wait.
  void makes_the_queue_long() {
    for (int i = 0; i <= kLongQueue; ++i)
      publisher_.sends(message("first", i % 100 + 1));
    EXPECT_THAT(publisher_.received(), SizeIs(kLongQueue + 1)) << "all are acknowledged";
  }

  // Takes so many messages; answers their payloads.
  std::vector<std::string> takes(int count) {
    std::vector<std::string> payloads;
    for (int i = 0; i < count; ++i) {
      const auto lines = subscriber_.received_and_forgotten("PUBLISH");
      EXPECT_THAT(lines, SizeIs(1));
      if (lines.size() != 1) break;
      payloads.push_back(payload_of(lines.front()));
      subscriber_.sends("PUBACK " + identifier_of(lines.front()));
    }
    return payloads;
  }

  bool is_held(const Peer& peer) { return !broker_.machine().takes_input(peer.id()); }

  TestBroker broker_;
  Peer subscriber_{broker_};
  Peer publisher_{broker_};
};

TEST_F(BackPressure, HoldsThePublisherUntilTheQueueIsShorter) {
  makes_the_queue_long();
  EXPECT_TRUE(is_held(publisher_));
  publisher_.sends(message("last", 101));
  EXPECT_THAT(publisher_.received(), IsEmpty());
  takes(2);
  EXPECT_THAT(publisher_.received(), ElementsAre("PUBACK id101"));
  EXPECT_FALSE(is_held(publisher_));
  EXPECT_THAT(takes(kLongQueue - 1), SizeIs(kLongQueue - 1));
  EXPECT_THAT(takes(1), ElementsAre("last"));
}

TEST_F(BackPressure, HoldsOthersOnceTheyPublishToTheLongQueue) {
  makes_the_queue_long();
  Peer other(broker_);
  other.connects("other");
  other.sends("PUBLISH elsewhere 'x' qos1 id1", message("second", 2), "PUBLISH elsewhere 'x' qos1 id3");
  EXPECT_THAT(other.received(), ElementsAre(StartsWith("PUBACK id1"), "PUBACK id2"));
  EXPECT_TRUE(is_held(other));
}

TEST_F(BackPressure, TakesPublishersInTurns) {
  Peer other(broker_);
  other.connects("other");
  makes_the_queue_long();
  for (int i = 1; i <= 4; ++i) {
    publisher_.sends(message("publisher", 100 + i));
    other.sends(message("other", i));
  }
  takes(kLongQueue + 1);
  const std::vector<std::string> payloads = takes(8);
  EXPECT_THAT(payloads,
              ElementsAre("other", "publisher", "other", "publisher", "other", "publisher", "other", "publisher"));
}

TEST_F(BackPressure, WaitsNoLongerForAClientThatFallsBehind) {
  makes_the_queue_long();
  publisher_.sends(message("last", 101));
  broker_.advance(49ms);
  EXPECT_THAT(publisher_.received(), IsEmpty());
  broker_.advance(1ms);
  EXPECT_THAT(publisher_.received(), ElementsAre("PUBACK id101"));
  publisher_.sends(message("one more", 102));
  EXPECT_THAT(publisher_.received(), ElementsAre("PUBACK id102"));
}

TEST_F(BackPressure, WaitsAgainOnceTheQueueOfAClientThatFellBehindWasEmpty) {
  makes_the_queue_long();
  broker_.advance(50ms);
  takes(kLongQueue + 1);
  makes_the_queue_long();
  EXPECT_TRUE(is_held(publisher_));
}

TEST_F(BackPressure, GoesOnWaitingForAClientThatKeepsUp) {
  makes_the_queue_long();
  for (int i = 0; i < 800; ++i)
    publisher_.sends(message("more", i + 101));
  for (int i = 0; i < 5; ++i) {
    takes(100);
    broker_.advance(10ms);
  }
  EXPECT_TRUE(is_held(publisher_)) << "500 messages in 50 ms";
  EXPECT_THAT(publisher_.received(), SizeIs(500));
  takes(100);
  broker_.advance(50ms);
  EXPECT_FALSE(is_held(publisher_));
  EXPECT_THAT(publisher_.received(), SizeIs(300));
}

TEST_F(BackPressure, WaitsForNobodyWhoIsAway) {
  Peer away(broker_);
  away.connects("away persistent {session_expiry_interval=100}");
  away.subscribes("kept qos1");
  away.is_lost();
  for (int i = 0; i < kLongQueue + 10; ++i)
    publisher_.sends("PUBLISH kept 'x' qos1 id" + std::to_string(i % 100 + 1));
  EXPECT_THAT(publisher_.received(), SizeIs(kLongQueue + 10));
  EXPECT_FALSE(is_held(publisher_));
}

TEST_F(BackPressure, HoldsNoClientForItself) {
  subscriber_.received();
  for (int i = 0; i < kLongQueue + 10; ++i)
    subscriber_.sends(message("own", i % 100 + 1));
  EXPECT_FALSE(is_held(subscriber_));
  EXPECT_THAT(subscriber_.received_and_forgotten("PUBACK"), SizeIs(kLongQueue + 10));
}

TEST_F(BackPressure, EndsWithTheSubscribersConnection) {
  makes_the_queue_long();
  publisher_.sends("PINGREQ");
  EXPECT_THAT(publisher_.received(), IsEmpty());
  subscriber_.is_lost();
  EXPECT_THAT(publisher_.received(), ElementsAre("PINGRESP"));
  EXPECT_FALSE(is_held(publisher_));
}

TEST_F(BackPressure, LosesNothingOfAPublisherThatLeaves) {
  makes_the_queue_long();
  publisher_.sends(message("last", 101), "DISCONNECT");
  publisher_.is_lost();
  EXPECT_THAT(takes(kLongQueue + 2).back(), "last");
  EXPECT_THAT(subscriber_.received(), IsEmpty()) << "the will was taken back by the DISCONNECT";
}

TEST_F(BackPressure, EndsWithTheBroker) {
  makes_the_queue_long();
  ASSERT_TRUE(is_held(publisher_));
  broker_.machine().shut_down(broker_.now());
  EXPECT_FALSE(is_held(publisher_));
}

TEST_F(BackPressure, EndsWithinTheCallInWhichTheQueueGetsShorterBehindRetainedMessages) {
  makes_the_queue_long();
  ASSERT_TRUE(broker_.publishes("r/x 'gone soon' qos1 retain"));
  subscriber_.subscribes("r/+ qos1");
  ASSERT_TRUE(broker_.publishes("r/x '' retain"));
  ASSERT_TRUE(is_held(publisher_));
  // It is the retained messages' turn, and none is left.
  broker_.machine().receive(subscriber_.id(), std::vector<std::uint8_t>{0x40, 2, 0, 1}, broker_.now());
  EXPECT_FALSE(is_held(publisher_));
}

TEST_F(BackPressure, HoldsNoMoreThanAMebibyte) {
  makes_the_queue_long();
  const std::uint64_t before = broker_.statistics().publishes_received;
  for (int i = 0; i < 20; ++i)
    publisher_.sends("PUBLISH elsewhere '" + std::string(100'000, 'x') + "'");
  const std::uint64_t handled = broker_.statistics().publishes_received - before;
  EXPECT_GE(handled, 9U);
  EXPECT_TRUE(is_held(publisher_));
}

TEST(BackPressureOfALoad, KeepsTheQueueBelowItsLimit) {
  constexpr int kMessages = 5000;
  TestBroker broker({.maximum_in_flight = 100, .maximum_queued_messages = 1100});
  Peer subscriber(broker), first(broker), second(broker), third(broker);
  subscriber.connects("subscriber");
  subscriber.subscribes("+ qos1");
  const std::pair<Peer*, std::string> publishers[] = {{&first, "a"}, {&second, "b"}, {&third, "c"}};
  for (const auto& [peer, topic] : publishers)
    peer->connects(topic);
  int next = 1;
  std::map<std::string, int> last;
  int received = 0;
  while (received < 3 * kMessages) {
    for (int i = 0; i < 500 && next <= kMessages; ++i, ++next) {
      for (const auto& [peer, topic] : publishers)
        peer->sends("PUBLISH " + topic + " '" + std::to_string(next) + "' qos1 id" + std::to_string(next));
    }
    for (int rounds = 0; rounds < 6; ++rounds) {
      for (const std::string& line : subscriber.received()) {
        const std::string topic = line.substr(8, 1);
        EXPECT_EQ(std::stoi(payload_of(line)), ++last[topic]);
        ++received;
        subscriber.sends("PUBACK " + identifier_of(line));
      }
    }
    broker.advance(1ms);
  }
  EXPECT_EQ(broker.statistics().publishes_dropped, 0U);
}

// Clients that all publish to all, acknowledge when they like, and lose their connections.
class BackPressureAmong : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr int kClients = 4;

  struct Client {
    std::string name;
    std::unique_ptr<Peer> peer;
    int published = 0;
    std::map<std::string, int> last;          // sequence numbers of what came, by publisher
    std::vector<std::string> unacknowledged;  // packet identifiers
  };

  BackPressureAmong() {
    for (int i = 0; i < kClients; ++i) {
      clients_[i].name = std::string(1, static_cast<char>('a' + i));
      connects(clients_[i]);
      clients_[i].peer->subscribes("# qos1");
    }
  }

  int random(int below) { return static_cast<int>(engine_() % static_cast<unsigned>(below)); }

  void connects(Client& client) {
    client.unacknowledged.clear();
    client.peer = std::make_unique<Peer>(broker_);
    client.peer->sends("CONNECT " + client.name + " persistent {session_expiry_interval=100}");
  }

  void publishes(Client& client, int messages) {
    for (int i = 0; i < messages; ++i) {
      ++client.published;
      client.peer->sends("PUBLISH " + client.name + " '" + std::to_string(client.published) + "' qos1 id" +
                         std::to_string(client.published % 1000 + 1));
    }
    if (!broker_.machine().takes_input(client.peer->id())) ++held_;
  }

  void acknowledges(Client& client, std::size_t messages) {
    for (const std::string& line : client.peer->received_and_forgotten("PUBLISH")) {
      const int sequence = std::stoi(payload_of(line));
      int& last = client.last[line.substr(8, 1)];
      if (sequence > last) {
        EXPECT_EQ(sequence, ++last) << "to " << client.name << ": " << line;
      }
      client.unacknowledged.push_back(identifier_of(line));
    }
    messages = std::min(messages, client.unacknowledged.size());
    for (std::size_t i = 0; i < messages; ++i)
      client.peer->sends("PUBACK " + client.unacknowledged[i]);
    client.unacknowledged.erase(client.unacknowledged.begin(),
                                client.unacknowledged.begin() + static_cast<std::ptrdiff_t>(messages));
  }

  std::mt19937 engine_{GetParam()};
  TestBroker broker_{{.maximum_in_flight = 50}};
  Client clients_[kClients];
  int held_ = 0;
};

TEST_P(BackPressureAmong, ClientsLosesReordersAndForgetsNothing) {
  for (int step = 0; step < 300; ++step) {
    Client& client = clients_[random(kClients)];
    const int action = random(20);
    if (action < 6) {
      publishes(client, random(200));
    } else if (action < 18) {
      acknowledges(client, static_cast<std::size_t>(random(100)));
    } else if (action == 18) {
      broker_.advance(std::chrono::milliseconds(random(60)));
    } else {
      client.peer->is_lost();
      connects(client);
    }
  }
  const auto is_done = [&] {
    for (const Client& subscriber : clients_) {
      for (const Client& publisher : clients_) {
        const auto last = subscriber.last.find(publisher.name);
        if ((last == subscriber.last.end() ? 0 : last->second) != publisher.published) return false;
      }
    }
    return true;
  };
  for (int round = 0; round < 10'000 && !is_done(); ++round) {
    for (Client& client : clients_)
      acknowledges(client, SIZE_MAX);
    broker_.advance(1ms);
  }
  EXPECT_TRUE(is_done());
  EXPECT_GT(held_, 10) << "the load is too low to tell anything";
  EXPECT_EQ(broker_.statistics().publishes_dropped, 0U);
  for (const Client& client : clients_)
    EXPECT_TRUE(broker_.machine().takes_input(client.peer->id()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, BackPressureAmong, testing::Range(1U, 5U));

}  // namespace
}  // namespace mqtt::test
