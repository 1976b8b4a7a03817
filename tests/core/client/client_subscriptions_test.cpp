// Filters are remembered as they were last asked for, and asked for again by the properties that they had.
#include "mqtt/client/client_subscriptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SubscriptionsOfAClient : public testing::Test {
 protected:
  void subscribes(PacketIdentifier packet_identifier, const std::vector<std::string>& filters,
                  std::uint32_t subscription_identifier = 0, bool is_remembered = true) {
    SubscriptionRequest request;
    request.packet.packet_identifier = packet_identifier;
    for (const std::string& filter : filters)
      request.packet.entries.push_back({filter, {}});
    if (subscription_identifier != 0) request.packet.properties.subscription_identifiers = {subscription_identifier};
    subscriptions.note_sent(request, packet_identifier, is_remembered);
  }

  // Each as "1: a b", with its Subscription Identifier.
  std::vector<std::string> requests(std::size_t limit) {
    std::vector<std::string> lines;
    subscriptions.for_each_request(limit, [&](const Subscribe& subscribe) {
      const auto& identifiers = subscribe.properties.subscription_identifiers;
      std::string& line = lines.emplace_back(std::to_string(identifiers.empty() ? 0 : identifiers.front()) + ":");
      for (const SubscribeEntry& entry : subscribe.entries)
        line.append(" ").append(entry.topic_filter);
    });
    return lines;
  }

  ClientSubscriptions subscriptions;
};

TEST_F(SubscriptionsOfAClient, AreAskedForAgainByTheirPropertiesAndInBatches) {
  subscribes(1, {"a", "b", "c"});
  subscribes(2, {"b"}, 7);
  subscribes(3, {"d"});
  EXPECT_THAT(requests(2), ElementsAre("0: a c", "0: d", "7: b"));
}

TEST_F(SubscriptionsOfAClient, AreForgottenWithAnUnsubscribeOrARefusal) {
  subscribes(1, {"a", "b", "c"});
  SubscriptionRequest unsubscribe{.is_unsubscribe = true};
  unsubscribe.packet.entries = {{"a", {}}};
  subscriptions.note_sent(unsubscribe, 2, true);
  subscriptions.forget("b");
  EXPECT_THAT(requests(9), ElementsAre("0: c"));
}

TEST_F(SubscriptionsOfAClient, ArePendingUntilTheirAnswerEvenIfTheyAreNotRemembered) {
  subscribes(5, {"a"}, 0, false);
  EXPECT_THAT(requests(9), IsEmpty());
  EXPECT_EQ(subscriptions.pending(), 1U);
  EXPECT_FALSE(subscriptions.take_pending(6));
  const auto pending = subscriptions.take_pending(5);
  ASSERT_TRUE(pending);
  EXPECT_EQ(pending->token, 5U);
  EXPECT_THAT(pending->topic_filters, ElementsAre("a"));
  EXPECT_EQ(subscriptions.pending(), 0U);
}

}  // namespace
}  // namespace mqtt
