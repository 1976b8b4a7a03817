// Packet identifiers given out in turn, and what is on the way under them.
#include "mqtt/session/outgoing_flight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace mqtt::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<PacketIdentifier> identifiers_of(OutgoingFlight& flight) {
  std::vector<PacketIdentifier> identifiers;
  flight.for_each([&](PacketIdentifier identifier, const FlightEntry&) { identifiers.push_back(identifier); });
  return identifiers;
}

PacketIdentifier add(OutgoingFlight& flight, std::uint32_t token = 0) {
  return flight.add({}, token, FlightState::AwaitingPuback);
}

TEST(OutgoingFlight, ThatIsEmptyFindsNothing) {
  OutgoingFlight flight;
  EXPECT_EQ(flight.size(), 0U);
  EXPECT_TRUE(flight.can_add());
  for (const PacketIdentifier identifier : std::initializer_list<PacketIdentifier>{0, 1, 2, 65'535})
    EXPECT_EQ(flight.find(identifier), nullptr);
  EXPECT_THAT(identifiers_of(flight), IsEmpty());
}

TEST(OutgoingFlight, FindsWhatIsOnTheWayAndNothingElse) {
  OutgoingFlight flight;
  for (std::uint32_t token = 1; token <= 3; ++token)
    EXPECT_EQ(add(flight, token * 10), token);
  EXPECT_EQ(flight.find(0), nullptr);
  EXPECT_EQ(flight.find(4), nullptr);
  EXPECT_EQ(flight.find(65'535), nullptr);
  ASSERT_NE(flight.find(2), nullptr);
  EXPECT_EQ(flight.find(2)->token, 20U);
  flight.settle(2);
  EXPECT_EQ(flight.find(2), nullptr);
  EXPECT_THAT(identifiers_of(flight), ElementsAre(1, 3));
  EXPECT_EQ(flight.size(), 2U);
  flight.settle(1);
  EXPECT_THAT(identifiers_of(flight), ElementsAre(3));
  EXPECT_EQ(add(flight), 4);
}

TEST(OutgoingFlight, NeverGivesOutZeroAndWrapsAfterTheLast) {
  OutgoingFlight flight;
  for (unsigned i = 1; i <= 65'535; ++i) {
    ASSERT_EQ(add(flight), i);
    flight.settle(static_cast<PacketIdentifier>(i));
  }
  EXPECT_EQ(add(flight), 1);
  EXPECT_EQ(add(flight), 2);
  ASSERT_NE(flight.find(2), nullptr);
  EXPECT_EQ(flight.find(65'535), nullptr);
}

TEST(OutgoingFlight, HoldsEveryIdentifierAtOnceAcrossTheWrap) {
  OutgoingFlight flight;
  for (int i = 0; i < 1'000; ++i)
    flight.settle(add(flight));
  for (unsigned i = 0; i < OutgoingFlight::kIdentifiers; ++i) {
    ASSERT_TRUE(flight.can_add());
    ASSERT_EQ(add(flight, i), (1'000 + i) % 65'535 + 1);
  }
  EXPECT_FALSE(flight.can_add());
  for (unsigned i = 0; i < OutgoingFlight::kIdentifiers; ++i) {
    FlightEntry* entry = flight.find(static_cast<PacketIdentifier>((1'000 + i) % 65'535 + 1));
    ASSERT_NE(entry, nullptr);
    ASSERT_EQ(entry->token, i);
  }
  // Any but the oldest leaves its identifier in use until those before it are done.
  flight.settle(1'002);
  EXPECT_FALSE(flight.can_add());
  flight.settle(1'001);
  EXPECT_TRUE(flight.can_add());
  EXPECT_EQ(add(flight), 1'001);
  EXPECT_EQ(add(flight), 1'002);
  EXPECT_FALSE(flight.can_add());
}

TEST(OutgoingFlight, GoesOnWithTheNextIdentifierAfterClear) {
  OutgoingFlight flight;
  for (int i = 0; i < 5; ++i)
    add(flight);
  flight.clear();
  EXPECT_EQ(flight.size(), 0U);
  EXPECT_EQ(flight.find(3), nullptr);
  EXPECT_EQ(add(flight), 6);
  ASSERT_NE(flight.find(6), nullptr);
}

TEST(OutgoingFlight, BeginsEachEntryAnew) {
  OutgoingFlight flight;
  FlightEntry* entry = flight.find(add(flight, 7));
  entry->is_sent = false;
  entry->is_discarded = true;
  entry->is_release_repeated = true;
  entry->delivery.qos = QoS::ExactlyOnce;
  flight.settle(1);
  for (int i = 0; i < 8; ++i) {  // every place of the ring
    const PacketIdentifier identifier = add(flight);
    entry = flight.find(identifier);
    EXPECT_TRUE(entry->is_sent);
    EXPECT_FALSE(entry->is_discarded);
    EXPECT_FALSE(entry->is_release_repeated);
    EXPECT_EQ(entry->delivery.qos, QoS::AtMostOnce);
    flight.settle(identifier);
  }
}

TEST(OutgoingFlight, LetsGoOfASettledMessage) {
  OutgoingFlight flight;
  const Message message = Message::keep({.topic = "t", .payload = as_bytes(std::string_view("x"))}, Instant());
  const SharedBytes payload = SharedBytes::copy_of(as_bytes(std::string_view("y")));
  const Message shared = Message::keep({.topic = "t", .payload = payload.view()}, Instant(), payload);
  add(flight);
  const PacketIdentifier identifier =
      flight.add({.message = shared, .subscription_identifiers = {}}, 0, FlightState::AwaitingPubrec);
  flight.settle(identifier);  // behind one that is not settled: its place stays, its message goes
  flight.for_each([](PacketIdentifier, const FlightEntry& entry) { EXPECT_FALSE(entry.delivery.message); });
  EXPECT_EQ(flight.size(), 1U);
}

TEST(OutgoingFlight, BehavesLikeAMapInTheOrderOfSending) {
  std::mt19937 random(2);
  OutgoingFlight flight;
  std::vector<std::pair<PacketIdentifier, std::uint32_t>> model;  // in order
  for (std::uint32_t step = 0; step < 30'000; ++step) {
    const bool grows = (step / 3'000) % 2 == 0;
    if (flight.can_add() && random() % 10 < (grows ? 6U : 4U)) {
      model.emplace_back(add(flight, step), step);
    } else if (!model.empty()) {
      const auto at = model.begin() + static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(model.size(), 9));
      ASSERT_EQ(flight.find(at->first)->token, at->second);
      flight.settle(at->first);
      model.erase(at);
    }
    ASSERT_EQ(flight.size(), model.size());
    if (step % 500 != 0) continue;
    std::vector<std::pair<PacketIdentifier, std::uint32_t>> found;
    flight.for_each(
        [&](PacketIdentifier identifier, const FlightEntry& entry) { found.emplace_back(identifier, entry.token); });
    ASSERT_EQ(found, model);
  }
}

}  // namespace
}  // namespace mqtt::test
