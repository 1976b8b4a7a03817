// The Keep Alive of a client on a slow line: what of the output has left, what is on its way, and who is dead.
#include "mqtt/client/client_keep_alive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mqtt/client/client.h"
#include "support/test_client.h"
#include "support/written_packet.h"

namespace mqtt::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPing = 2;

// A line whose clock and bytes are moved by hand. Its Keep Alive is 4 s: a PINGREQ after 3, a time-out of 2.
class SlowLine : public testing::Test {
 protected:
  SlowLine() { line.begin(4, now); }

  void sends(std::size_t bytes) { line.note_taken(bytes, now); }
  // What Client does at the deadlines.
  void passes(Duration duration) {
    const Instant end = now + duration;
    for (Instant due = line.ping_due_at(); due <= end; due = line.ping_due_at()) {
      now = std::max(now, due);
      ++pings;
      line.note_ping(kPing, now);
      line.note_taken(kPing, now);
    }
    now = end;
  }
  bool is_dead() const { return line.pingresp_due_at() <= now; }

  ClientKeepAlive line;
  Instant now{1h};
  int pings = 0;
};

TEST_F(SlowLine, HasAPingAfterEachIntervalInWhichNothingLeftWhateverComesIn) {
  for (int i = 0; i < 90; ++i) {
    passes(100ms);
    line.note_received(now);
    EXPECT_FALSE(is_dead());
  }
  EXPECT_EQ(pings, 3);
}

TEST_F(SlowLine, HasNoSecondPingBehindOneThatHasNotLeft) {
  sends(1'000'000);
  line.note_unsent(1'000'000, now);
  for (std::size_t unsent = 900'000; unsent > 0; unsent -= 100'000) {
    passes(1900ms);
    line.note_unsent(unsent + (pings > 0 ? kPing : 0), now);
    EXPECT_FALSE(is_dead());
  }
  EXPECT_EQ(pings, 1) << "the server is silent";
  line.note_unsent(0, now);
  passes(3s);
  EXPECT_EQ(pings, 2);
}

TEST_F(SlowLine, HasNoPingBehindWhatLeavesAllTheTime) {
  sends(1'000'000);
  for (std::size_t unsent = 1'000'000; unsent > 0; unsent -= 100'000) {
    line.note_unsent(unsent, now);
    line.note_received(now);
    passes(2900ms);
  }
  EXPECT_EQ(pings, 0);
}

TEST_F(SlowLine, IsDeadWhenNothingThatWaitsLeavesForTheTimeOut) {
  sends(1'000'000);
  line.note_unsent(1'000'000, now);
  passes(3s);
  EXPECT_EQ(pings, 1);
  passes(1s);
  line.note_unsent(990'000, now);
  passes(1s);
  sends(50);  // it goes behind the rest, and shows nothing
  // At the rate of a slow line those 10,000 bytes take 625 ms.
  passes(1s + 624ms);
  EXPECT_FALSE(is_dead());
  passes(1ms);
  EXPECT_TRUE(is_dead());
}

TEST_F(SlowLine, GivesWhatHasLeftTheTimeToArrive) {
  sends(1'600'000);  // a kernel takes that at once, and the line moves it in its own time
  passes(3s);
  EXPECT_EQ(pings, 1);
  passes(90s);
  EXPECT_FALSE(is_dead());
  line.note_pingresp(now);
  passes(3s);
  passes(2s);
  EXPECT_TRUE(is_dead()) << "all of that has arrived";
}

TEST_F(SlowLine, ThatIsDeadIsFoundOutHoweverMuchItTook) {
  sends(1'000'000'000);
  passes(3s);
  passes(2min - 1s - 1ms);
  EXPECT_FALSE(is_dead());
  passes(1ms);
  EXPECT_TRUE(is_dead());
}

TEST_F(SlowLine, IsNotTakenForFastWhenThePingrespIsOlderThanWhatFollows) {
  passes(3s);
  sends(1'600'000);
  line.note_received(now);
  line.note_pingresp(now);  // to the ping in front of it
  passes(3s);
  EXPECT_EQ(pings, 2);
  passes(60s);
  EXPECT_FALSE(is_dead());
}

TEST_F(SlowLine, OnWhichBytesFollowThePingIsJudgedByWhatIsInFrontOfIt) {
  passes(3s);
  EXPECT_EQ(pings, 1);
  sends(1'600'000);
  passes(2s - 1ms);
  EXPECT_FALSE(is_dead());
  passes(1ms);
  EXPECT_TRUE(is_dead());
}

TEST_F(SlowLine, HasItsWayCountedByWhatReallyLeft) {
  sends(100'000'000);
  passes(50ms);
  line.note_unsent(99'984'000, now);  // one second's worth has left
  passes(3s);
  EXPECT_EQ(pings, 1);
  passes(2s);
  EXPECT_TRUE(is_dead());
}

TEST_F(SlowLine, ForgetsAnEarlierTransport) {
  sends(1'000'000);
  line.note_unsent(500'000, now);
  line.note_ping(kPing, now);
  line.begin(0, now);
  EXPECT_FALSE(line.awaits_pingresp());
  EXPECT_FALSE(line.has_unsent());
  EXPECT_FALSE(line.last_left());
  EXPECT_EQ(line.ping_due_at(), kNever);
}

// --- the client on such a line

TEST(ClientOnASlowLine, IsNotGivenUpWhileALongPacketLeaves) {
  TestClient client;
  client.connects("a keep_alive=4");
  ASSERT_TRUE(client.machine().publish(
      {.topic = "t", .payload = std::vector<std::uint8_t>(1'000'000), .qos = QoS::AtMostOnce}, kNoToken, client.now()));
  Instant now = client.now();
  for (int i = 0; i < 9; ++i) {
    now += 1900ms;
    client.machine().advance(now);
    ASSERT_FALSE(client.wants_close());
    client.machine().consume_output(100'000, now);
  }
  client.machine().advance(now + 3s);
  EXPECT_FALSE(client.wants_close());
  client.machine().advance(client.now() + 1900ms + 900'000ms / 16 + 2s);
  EXPECT_TRUE(client.wants_close()) << "nothing has left any more";
}

TEST(ClientOnASlowLine, HasTimeForALongConnect) {
  TestClient client({.connect_timeout = 10s});
  client.machine().start_attempt(client.now());
  Instant now = client.now() + 4s;
  const std::vector<std::uint8_t> password(60'000);
  ASSERT_TRUE(client.machine().transport_opened(
      {.client_identifier = "a", .user_name = "u", .password = Bytes(password)}, now));
  for (int i = 0; i < 9; ++i) {
    client.machine().consume_output(1'000, now);
    now += 9s;
    client.machine().advance(now);
    ASSERT_FALSE(client.wants_close()) << i;
  }
  client.machine().consume_output(1'000, now);
  client.machine().advance(now + 10s - 1ms);
  EXPECT_FALSE(client.wants_close());
  client.machine().advance(now + 10s);
  EXPECT_TRUE(client.wants_close());
}

TEST(ClientOnASlowLine, HasNoMoreTimeForAConnectOfWhichNothingLeaves) {
  TestClient client({.connect_timeout = 10s});
  client.machine().start_attempt(client.now());
  ASSERT_TRUE(client.machine().transport_opened({.client_identifier = "a"}, client.now() + 4s));
  client.machine().advance(client.now() + 10s);
  EXPECT_TRUE(client.wants_close());
}

}  // namespace
}  // namespace mqtt::test
