// Identifiers in and out of a bit set.
#include "mqtt/session/packet_identifier_set.h"

#include <gtest/gtest.h>

#include <vector>

namespace mqtt::test {
namespace {

TEST(PacketIdentifierSet, HoldsTheLowestAndTheHighest) {
  PacketIdentifierSet set;
  for (const PacketIdentifier identifier : std::initializer_list<PacketIdentifier>{1, 63, 64, 65, 65'535}) {
    EXPECT_FALSE(set.contains(identifier));
    EXPECT_FALSE(set.erase(identifier));
    EXPECT_TRUE(set.insert(identifier));
    EXPECT_FALSE(set.insert(identifier));
    EXPECT_TRUE(set.contains(identifier));
  }
  EXPECT_EQ(set.size(), 5U);
  EXPECT_TRUE(set.erase(64));
  EXPECT_FALSE(set.contains(64));
  EXPECT_TRUE(set.contains(63));
  EXPECT_TRUE(set.contains(65));
  EXPECT_EQ(set.size(), 4U);
}

TEST(PacketIdentifierSet, IsWalkedInAscendingOrder) {
  PacketIdentifierSet set;
  for (const PacketIdentifier identifier : std::initializer_list<PacketIdentifier>{65'535, 64, 1}) {
    EXPECT_TRUE(set.insert(identifier));
  }
  std::vector<PacketIdentifier> seen;
  set.for_each([&](PacketIdentifier identifier) { seen.push_back(identifier); });
  EXPECT_EQ(seen, (std::vector<PacketIdentifier>{1, 64, 65'535}));
}

TEST(PacketIdentifierSet, CountsWhenEveryIdentifierIsInIt) {
  PacketIdentifierSet set;
  for (unsigned identifier = 1; identifier <= 65'535; ++identifier)
    EXPECT_TRUE(set.insert(static_cast<PacketIdentifier>(identifier)));
  EXPECT_EQ(set.size(), 65'535U);
  for (unsigned identifier = 1; identifier <= 65'535; ++identifier)
    EXPECT_TRUE(set.erase(static_cast<PacketIdentifier>(identifier)));
  EXPECT_EQ(set.size(), 0U);
}

TEST(PacketIdentifierSet, GivesItsMemoryBackOnlyWhenItIsEmpty) {
  PacketIdentifierSet set;
  set.insert(7);
  set.release_memory();
  EXPECT_TRUE(set.contains(7));
  set.erase(7);
  set.release_memory();
  EXPECT_FALSE(set.contains(7));
  EXPECT_TRUE(set.insert(7));
  set.clear();
  EXPECT_FALSE(set.contains(7));
  EXPECT_EQ(set.size(), 0U);
}

}  // namespace
}  // namespace mqtt::test
