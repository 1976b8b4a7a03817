// A broker that is gone without a word, and the one after it that has its journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <random>
#include <set>

#include "support/test_broker.h"
#include "support/versions.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What a broker holds of the journal until it is killed.
class JournalOfOneProcess : public mqtt::Journal {
 public:
  explicit JournalOfOneProcess(MemoryJournal& journal) : journal_(journal) {}
  void put(Bytes key, Bytes value) override {
    if (!is_cut_off) journal_.put(key, value);
  }
  void erase(Bytes key) override {
    if (!is_cut_off) journal_.erase(key);
  }

  bool is_cut_off = false;

 private:
  MemoryJournal& journal_;
};

class Journal : public testing::Test {
 protected:
  Journal() { starts(); }

  // The broker before, if any, is killed: whatever it and its peers do from now on, its journal does not hear of it.
  // `away`: how long nobody was there.
  void starts(Duration away = 0s) {
    const Instant now = brokers_.empty() ? Instant(1h) : broker().now() + away;
    if (!written_.empty()) written_.back().is_cut_off = true;
    brokers_.emplace_back(options, nullptr, nullptr, &written_.emplace_back(journal));
    brokers_.back().restores(journal, now);
  }
  TestBroker& broker() { return brokers_.back(); }

  static constexpr const char* kPersistent = "a persistent {session_expiry_interval=100}";
  BrokerOptions options;
  MemoryJournal journal;

 private:
  std::deque<JournalOfOneProcess> written_;
  std::deque<TestBroker> brokers_;
};

TEST_F(Journal, KeepsSessionsWithTheirSubscriptions) {
  {
    Peer peer(broker());
    peer.connects(kPersistent);
    peer.sends(
        "SUBSCRIBE id1 a/# qos2 retain_as_published, b no_local, $share/g/c qos1, gone {subscription_identifier=7}");
    peer.unsubscribes("gone");
    starts();
  }
  EXPECT_EQ(broker().statistics().sessions, 1U);
  EXPECT_EQ(broker().statistics().subscriptions, 3U);
  Peer again(broker());
  again.sends(std::string("CONNECT ") + kPersistent);
  EXPECT_THAT(again.received(), ElementsAre(StartsWith("CONNACK success session-present")));
  ASSERT_TRUE(broker().publishes("a/x '1' qos2 retain"));
  ASSERT_TRUE(broker().publishes("c '2' qos2"));
  ASSERT_TRUE(broker().publishes("gone '3'"));
  again.sends("PUBLISH b 'own'");
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH a/x '1' qos2 id1 retain {subscription_identifier=7}",
                                            "PUBLISH c '2' qos1 id2 {subscription_identifier=7}"));
}

TEST_F(Journal, KeepsNothingOfSessionsThatEndWithTheirConnection) {
  const std::size_t before = journal.records.size();
  Peer clean(broker()), old(broker(), V3_1_1);
  clean.connects("clean");
  old.connects("old");
  for (Peer* peer : {&clean, &old}) {
    peer->subscribes("t qos2");
    peer->sends("PUBLISH t 'x' qos2 id1");
  }
  EXPECT_EQ(journal.records.size(), before);
}

TEST_F(Journal, ForgetsTheSubscriptionsOfASessionThatEnds) {
  Peer peer(broker()), other(broker());
  peer.connects(kPersistent);
  other.connects("b persistent {session_expiry_interval=100}");
  for (Peer* subscriber : {&peer, &other})
    subscriber->sends("SUBSCRIBE id1 #, /, a/#, a/+/c, +, $share/g/a/#, $share/h/a/#, $share/g/+");
  EXPECT_EQ(journal.count('3'), 16U);
  Peer(broker()).connects("a");
  EXPECT_EQ(journal.count('3'), 8U);
  EXPECT_EQ(broker().statistics().subscriptions, 8U);
}

TEST_F(Journal, KeepsMessagesThatWaitAndThatAreOnTheirWay) {
  {
    Peer peer(broker());
    peer.connects("a persistent {session_expiry_interval=100 receive_maximum=3}");
    peer.subscribes("t qos2");
    for (const char* line : {"t '1' qos1", "t '2' qos2", "t '3' qos2", "t '4' qos1", "t '5' qos2"})
      ASSERT_TRUE(broker().publishes(line));
    peer.received();
    peer.sends("PUBREC id2");
    starts();
  }
  Peer again(broker());
  again.connects(kPersistent);
  EXPECT_THAT(again.received(), ElementsAre("PUBLISH t '1' qos1 id1 dup", "PUBREL id2", "PUBLISH t '3' qos2 id3 dup",
                                            "PUBLISH t '4' qos1 id4", "PUBLISH t '5' qos2 id5"));
  again.sends("PUBACK id1", "PUBCOMP id2", "PUBREC id3", "PUBCOMP id3", "PUBACK id4", "PUBREC id5", "PUBCOMP id5");
  EXPECT_EQ(journal.count('5'), 0U) << "deliveries";
  EXPECT_EQ(journal.count('1'), 0U) << "messages";
}

TEST_F(Journal, KeepsAMessageOnceForAllWhoWaitForIt) {
  for (const char* name : {"a", "b", "c"}) {
    Peer peer(broker());
    peer.connects(std::string(name) + " persistent {session_expiry_interval=100}");
    peer.subscribes("t qos1");
  }
  ASSERT_TRUE(broker().publishes("t 'x' qos1 retain"));
  EXPECT_EQ(journal.count('1'), 1U);
  EXPECT_EQ(journal.count('5'), 3U);
  ASSERT_TRUE(broker().publishes("t '' retain"));
  starts();
  EXPECT_EQ(journal.count('1'), 1U);
  for (const char* name : {"a", "b", "c"}) {
    Peer peer(broker());
    peer.connects(std::string(name) + " persistent {session_expiry_interval=100}");
    EXPECT_THAT(peer.received(), ElementsAre("PUBLISH t 'x' qos1 id1")) << name;
    peer.sends("PUBACK id1");
  }
  EXPECT_EQ(journal.count('1'), 0U);
}

TEST_F(Journal, KeepsWhichQoS2MessagesCame_MQTT_4_3_3) {
  Peer reader(broker());
  {
    Peer peer(broker());
    peer.connects(kPersistent);
    peer.sends("PUBLISH t '1' qos2 id1", "PUBLISH t '2' qos2 id2", "PUBREL id1");
    starts();
  }
  Peer late(broker());
  late.connects("reader");
  late.subscribes("t");
  Peer again(broker());
  again.connects(kPersistent);
  again.sends("PUBLISH t '2' qos2 id2 dup", "PUBREL id2", "PUBREL id1");
  EXPECT_THAT(again.received(), ElementsAre("PUBREC id2", "PUBCOMP id2", "PUBCOMP id1 packet-identifier-not-found"));
  EXPECT_THAT(late.received(), IsEmpty()) << "it was accepted before";
  EXPECT_EQ(journal.count('4'), 0U);
}

TEST_F(Journal, KeepsRetainedMessagesAsTheyAre) {
  ASSERT_TRUE(broker().publishes("a 'old' qos1 retain"));
  ASSERT_TRUE(broker().publishes("a 'new' qos1 retain {content_type=text user_property=k:v}"));
  ASSERT_TRUE(broker().publishes("b 'x' retain"));
  ASSERT_TRUE(broker().publishes("b '' retain"));
  ASSERT_TRUE(broker().publishes("c 'l'x20000 retain"));
  ASSERT_TRUE(broker().publishes("d 'short' retain {message_expiry_interval=10}"));
  EXPECT_EQ(journal.count('1'), 3U);
  starts(4s);
  Peer peer(broker());
  peer.connects("a");
  peer.subscribes("# qos1");
  EXPECT_THAT(peer.received(),
              testing::UnorderedElementsAre("PUBLISH a 'new' qos1 id1 retain {content_type=text user_property=k:v}",
                                            "PUBLISH c 'l'x20000 retain",
                                            "PUBLISH d 'short' retain {message_expiry_interval=6}"));
}

TEST_F(Journal, LetsSessionsExpireWhileNobodyIsThere) {
  {
    Peer left(broker()), there(broker()), for_ever(broker());
    left.connects("left persistent {session_expiry_interval=10}");
    there.connects("there persistent {session_expiry_interval=10}");
    for_ever.connects("for-ever persistent {session_expiry_interval=4294967295}");
    left.sends("DISCONNECT");
    starts(8s);
  }
  EXPECT_EQ(broker().statistics().sessions, 3U);
  broker().advance(2s);
  EXPECT_EQ(broker().statistics().sessions, 2U) << "the one that was there expires from the restart on";
  broker().advance(8s);
  EXPECT_EQ(broker().statistics().sessions, 1U);
  EXPECT_EQ(journal.count('2'), 1U);
}

TEST_F(Journal, PublishesTheWillsOfThoseWhoDoNotComeBack) {
  {
    Peer at_once(broker()), later(broker()), back(broker()), gone(broker());
    at_once.connects("at-once persistent will(w '1' qos1) {session_expiry_interval=100}");
    later.connects("later persistent will(w '2' qos1 {will_delay_interval=10}) {session_expiry_interval=100}");
    back.connects("back persistent will(w '3' qos1 {will_delay_interval=10}) {session_expiry_interval=100}");
    gone.connects("gone persistent will(w '4' qos1) {session_expiry_interval=100}");
    gone.sends("DISCONNECT");
    starts();
  }
  Peer reader(broker());
  reader.connects("reader");
  reader.subscribes("w");
  broker().advance(1s);
  EXPECT_THAT(reader.received(), ElementsAre("PUBLISH w '1'"));
  Peer back(broker());
  back.connects("back persistent {session_expiry_interval=100}");
  broker().advance(20s);
  EXPECT_THAT(reader.received(), ElementsAre("PUBLISH w '2'"));
  back.is_lost();
  starts();
  broker().advance(1h);
  EXPECT_EQ(journal.records.size(), 1U) << "the version";
}

TEST_F(Journal, PassesMessagesOfASharedSubscriptionOnAfterARestart) {
  {
    Peer peer(broker());
    peer.connects("a persistent {session_expiry_interval=10}");
    peer.subscribes("$share/g/t qos1");
    peer.is_lost();
    ASSERT_TRUE(broker().publishes("t 'x' qos1"));
    starts();
  }
  Peer other(broker());
  other.connects("b");
  other.subscribes("$share/g/t qos1");
  broker().advance(1min);
  EXPECT_THAT(other.received(), ElementsAre("PUBLISH t 'x' qos1 id1"));
}

TEST_F(Journal, WithOneByteDamagedIsRefusedOrMakesABrokerThatWorks) {
  {
    Peer peer(broker());
    peer.connects("a persistent will(gone '!' {will_delay_interval=50}) {session_expiry_interval=100}");
    peer.sends("SUBSCRIBE id1 t qos2, $share/g/s qos1 {subscription_identifier=268435455}", "PUBLISH x '1' qos2 id1");
    for (const char* line : {"t '1' qos1", "t '2' qos2", "s '3' qos1", "r '4' qos1 retain {message_expiry_interval=9}"})
      ASSERT_TRUE(broker().publishes(line));
    peer.sends("PUBREC id2");
    starts();
  }
  for (const auto& [key, value] : journal.records) {
    const std::string whole = key + value;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char byte : {'\0', '\x7F', '\xFF'}) {
        std::string damaged = whole;
        damaged[at] = byte;
        MemoryJournal other = journal;
        other.records.erase(key);
        other.records[damaged.substr(0, key.size())] = damaged.substr(key.size());
        Broker restored(options, nullptr, nullptr, &other);
        if (!other.restore_into(restored, broker().now())) continue;
        const ConnectionId id = restored.open(broker().now());
        for (const char* line : {"CONNECT a persistent", "SUBSCRIBE id1 # qos2", "PUBLISH t 'x' retain"})
          restored.receive(id, WrittenPacket(line).bytes(), broker().now());
        restored.closed(id, broker().now());
        restored.advance(broker().now() + 1000s);
      }
    }
  }
}

TEST_F(Journal, OfAnotherVersionOrThatIsDamagedIsRefused) {
  const auto error_of = [&](std::string_view key, std::string_view value) {
    Broker other(options, nullptr, nullptr, &journal);
    const auto restored = other.restore(as_bytes(key), as_bytes(value));
    return restored ? std::string() : std::string(restored.error().text);
  };
  const auto with_zero_bytes = [](std::string_view text) { return std::string(text) + std::string(8, '\0'); };
  EXPECT_THAT(error_of("0", std::string_view("\0\0\0\x63", 4)), HasSubstr("another version"));
  for (const std::string& key :
       {std::string(), std::string("9"), std::string("2"), with_zero_bytes("2"), with_zero_bytes("1"),
        with_zero_bytes("3"), with_zero_bytes("4"), with_zero_bytes("5"), with_zero_bytes("6"), std::string("?")}) {
    EXPECT_THAT(error_of(key, "short"), HasSubstr("damaged")) << key;
  }
}

TEST_F(Journal, TakesAnyRecordCutAnywhereWithoutHarm) {
  {
    Peer peer(broker());
    peer.connects("a persistent will(w '1' qos1 retain {message_expiry_interval=9}) {session_expiry_interval=100}");
    peer.subscribes("t qos2");
    ASSERT_TRUE(broker().publishes("t 'x' qos2 retain"));
    peer.sends("PUBLISH u 'x' qos2 id1");
  }
  for (const auto& [key, value] : journal.records) {
    for (std::size_t length = 0; length <= value.size(); ++length) {
      Broker other(options, nullptr, nullptr, &journal);
      static_cast<void>(other.restore(as_bytes(key), as_bytes(value).first(length)));
    }
    for (std::size_t length = 0; length < key.size(); ++length) {
      Broker other(options, nullptr, nullptr, &journal);
      static_cast<void>(other.restore(as_bytes(key).first(length), as_bytes(value)));
    }
  }
}

// A publisher and a subscriber who keep their sides of the flows, and a broker that is killed between any two packets:
// every message comes, QoS 2 ones once, in their order.
class JournalAtRandom : public Journal, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, JournalAtRandom, testing::Range(0, 20));

TEST_P(JournalAtRandom, LosesAndDoublesNothing) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  std::optional<Peer> publisher, subscriber;
  int last = 0;                        // message published
  int awaited = 0;                     // the one whose flow is under way; 0: none
  bool is_released = false;            // its PUBREC has come
  std::vector<std::string> arrived;    // at the subscriber
  std::set<std::string> unreleased;    // packet identifiers the subscriber has answered with PUBREC
  std::vector<std::string> to_answer;  // lines the subscriber will send, some time
  const auto connect = [&] {
    publisher.emplace(broker());
    publisher->connects("publisher persistent {session_expiry_interval=1000}");
    subscriber.emplace(broker());
    subscriber->connects("subscriber persistent {session_expiry_interval=1000 receive_maximum=2}");
    to_answer.clear();
    const std::string id = " id" + std::to_string(awaited % 7 + 1);
    if (awaited != 0 && is_released) publisher->sends("PUBREL" + id);
    if (awaited != 0 && !is_released)
      publisher->sends("PUBLISH t '" + std::to_string(awaited) + "' qos2" + id + " dup");
  };
  connect();
  subscriber->subscribes("t qos2");
  for (int step = 0; step < 600; ++step) {
    const bool is_ending = step > 500;
    if (!is_ending && chance(7)) {
      publisher.reset();
      subscriber.reset();
      starts();
      connect();
    }
    if (awaited == 0 && !is_ending) {
      awaited = ++last;
      is_released = false;
      publisher->sends("PUBLISH t '" + std::to_string(awaited) + "' qos2 id" + std::to_string(awaited % 7 + 1));
    }
    for (const std::string& line : publisher->received()) {
      if (line.starts_with("PUBREC") && awaited != 0) {
        is_released = true;
        if (chance(70)) publisher->sends("PUBREL id" + std::to_string(awaited % 7 + 1));
      } else if (line.starts_with("PUBCOMP")) {
        awaited = 0;
      }
    }
    if (awaited != 0 && is_released && chance(30)) publisher->sends("PUBREL id" + std::to_string(awaited % 7 + 1));
    for (const std::string& line : subscriber->received()) {
      const auto at = line.find("id");
      const std::string id = line.substr(at, line.find(' ', at) - at);
      if (line.starts_with("PUBLISH")) {
        if (unreleased.insert(id).second) arrived.push_back(line.substr(10, line.find('\'', 11) - 10));
        to_answer.push_back("PUBREC " + id);
      } else if (line.starts_with("PUBREL")) {
        unreleased.erase(id);
        to_answer.push_back("PUBCOMP " + id);
      }
    }
    while (!to_answer.empty() && (is_ending || chance(50))) {
      subscriber->sends(to_answer.front());
      to_answer.erase(to_answer.begin());
    }
  }
  std::vector<std::string> expected;
  for (int i = 1; i <= last; ++i)
    expected.push_back("'" + std::to_string(i));
  EXPECT_EQ(arrived, expected);
  EXPECT_EQ(journal.count('5') + journal.count('1') + journal.count('4'), 0U);
}

}  // namespace
}  // namespace mqtt::test
