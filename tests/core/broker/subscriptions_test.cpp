// Subscriptions of sessions and groups: what is counted, found by its number, and gone with its last member.
#include "mqtt/broker/subscriptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace mqtt {
namespace {

class SubscriptionsOfSessions : public testing::Test {
 protected:
  SubscriptionsOfSessions() {
    one.id = 1;
    two.id = 2;
  }

  Subscriptions::Added add(Session& session, std::string_view filter) {
    return subscriptions.add(session, filter, *parse_topic_filter(filter), {.subscriber = session.id});
  }
  std::uint32_t remove(Session& session, std::string_view filter) {
    return subscriptions.remove(session, filter, *parse_topic_filter(filter));
  }
  std::size_t matches(std::string_view topic) const {
    std::vector<Subscription> matched;
    subscriptions.match(topic, matched);
    return matched.size();
  }

  Recorder recorder{nullptr, 0};
  Subscriptions subscriptions{recorder};
  Session one, two;
};

TEST_F(SubscriptionsOfSessions, AreNewOnceAndKeepTheirNumber) {
  const auto first = add(one, "a/+");
  EXPECT_TRUE(first.is_new);
  const auto again = add(one, "a/+");
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(again.number, first.number);
  EXPECT_EQ(subscriptions.filter_at(first.number), "a/+");
  EXPECT_EQ(subscriptions.find(one, *parse_topic_filter("a/+")), first.number);
  EXPECT_EQ(subscriptions.find(two, *parse_topic_filter("a/+")), kNowhere);
  EXPECT_EQ(remove(two, "a/+"), kNowhere);
  EXPECT_EQ(remove(one, "a/+"), first.number);
  EXPECT_EQ(matches("a/b"), 0U);
}

TEST_F(SubscriptionsOfSessions, CountMembersOfAGroupWhichStandsInTheTrieOnce) {
  const auto group = add(one, "$share/g/a");
  EXPECT_EQ(add(two, "$share/g/a").number, group.number);
  add(two, "a");
  EXPECT_EQ(subscriptions.size(), 3U);
  EXPECT_EQ(subscriptions.members(), 2U);
  EXPECT_EQ(matches("a"), 2U);
  EXPECT_EQ(subscriptions.share_of(*subscriptions.find_group(group.number)), "g/a");
}

TEST_F(SubscriptionsOfSessions, EndTheGroupWithItsLastMember) {
  const auto group = add(one, "$share/g/a");
  add(two, "$share/g/a");
  remove(one, "$share/g/a");
  EXPECT_NE(subscriptions.find_group(group.number), nullptr);
  subscriptions.remove_all(two);
  EXPECT_EQ(subscriptions.find_group(group.number), nullptr);
  EXPECT_EQ(matches("a"), 0U);
  EXPECT_EQ(subscriptions.size(), 0U);
  EXPECT_EQ(two.subscriptions.size(), 0U);
}

}  // namespace
}  // namespace mqtt
