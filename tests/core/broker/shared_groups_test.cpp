// Groups of sessions: found by number, and by name and filter; the turn goes round among members that come and go.
#include "mqtt/broker/shared_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace mqtt {
namespace {

using ::testing::ElementsAre;

class ASharedGroup : public testing::Test {
 protected:
  ASharedGroup() {
    for (const SubscriberId session : {1U, 2U, 3U, 4U})
      groups.insert(group, {session});
  }

  std::vector<SubscriberId> turns(std::size_t count) {
    std::vector<SubscriberId> chosen;
    for (std::size_t i = 0; i < count; ++i)
      chosen.push_back(groups.choose_member(group, [](const Subscription&) { return MemberFit::AtOnce; })->subscriber);
    return chosen;
  }

  SharedGroups groups;
  SharedGroup& group = groups.add(groups.next_number(), "name", 7);
};

TEST_F(ASharedGroup, IsFoundByItsNumberAndByItsNameAndFilter) {
  EXPECT_TRUE(is_shared_group(group.number));
  EXPECT_EQ(groups.find(group.number), &group);
  EXPECT_EQ(groups.find("name", 7), &group);
  EXPECT_EQ(groups.share_name(group), "name");
  EXPECT_EQ(groups.find("name", 8), nullptr);
  EXPECT_EQ(groups.find("other", 7), nullptr);
  EXPECT_EQ(groups.find("name", kNowhere), nullptr);
  EXPECT_EQ(groups.find(group.number + 1), nullptr);
  EXPECT_EQ(groups.find(SubscriberId{0}), nullptr);
}

TEST_F(ASharedGroup, HasEachSessionOnce) {
  EXPECT_FALSE(groups.insert(group, {3, 5, 1}));
  EXPECT_TRUE(groups.erase(group, 3));
  EXPECT_FALSE(groups.erase(group, 3));
  EXPECT_TRUE(groups.insert(group, {3}));
}

TEST_F(ASharedGroup, GoesRoundAmongItsMembers) {
  EXPECT_THAT(turns(6), ElementsAre(1, 2, 3, 4, 1, 2));
}

TEST_F(ASharedGroup, KeepsTheTurnWhenAnotherMemberLeaves) {
  turns(2);
  groups.erase(group, 1);
  EXPECT_THAT(turns(1), ElementsAre(3));
}

TEST_F(ASharedGroup, KeepsTheTurnOfTheLastOneWhenAnotherMemberLeaves) {
  turns(3);
  groups.erase(group, 2);
  EXPECT_THAT(turns(3), ElementsAre(4, 3, 1));
}

TEST_F(ASharedGroup, GoesOnWhenTheMemberWhoseTurnItIsLeaves) {
  turns(3);
  groups.erase(group, 4);
  EXPECT_THAT(turns(3), ElementsAre(1, 2, 3));
}

TEST_F(ASharedGroup, TakesTheBestAndOfEqualsTheNextInTurn) {
  const auto chosen = [&](std::map<SubscriberId, MemberFit> fits) {
    const Subscription* member =
        groups.choose_member(group, [&](const Subscription& candidate) { return fits[candidate.subscriber]; });
    return member == nullptr ? 0 : member->subscriber;
  };
  EXPECT_EQ(chosen({{1, MemberFit::KeptUntilBack}, {2, MemberFit::KeptUntilRoom}, {4, MemberFit::KeptUntilRoom}}), 2U);
  EXPECT_EQ(chosen({{1, MemberFit::KeptUntilBack}, {2, MemberFit::KeptUntilRoom}, {4, MemberFit::KeptUntilRoom}}), 4U);
  EXPECT_EQ(chosen({}), 0U);
}

TEST(SharedGroups, GiveNoNumberTwiceAndForgetWhatIsGone) {
  SharedGroups groups;
  const SubscriberId first = groups.next_number();
  groups.remove(groups.add(first, "a", 1));
  EXPECT_EQ(groups.find(first), nullptr);
  EXPECT_EQ(groups.find("a", 1), nullptr);
  EXPECT_EQ(groups.size(), 0U);
  EXPECT_NE(groups.next_number(), first);
}

TEST(SharedGroups, AreKeptApartWhileTheyComeAndGo) {
  SharedGroups groups;
  std::map<std::pair<std::string, FilterPlace>, SubscriberId> expected;
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    const std::string name = "share" + std::to_string(random() % 7);
    const auto place = static_cast<FilterPlace>(random() % 50 + 1);
    SharedGroup* group = groups.find(name, place);
    const auto known = expected.find({name, place});
    ASSERT_EQ(group != nullptr, known != expected.end());
    if (group == nullptr) {
      expected[{name, place}] = groups.add(groups.next_number(), name, place).number;
    } else {
      ASSERT_EQ(group->number, known->second);
      ASSERT_EQ(groups.find(group->number), group);
      groups.remove(*group);
      expected.erase(known);
    }
    ASSERT_EQ(groups.size(), expected.size());
  }
}

}  // namespace
}  // namespace mqtt
