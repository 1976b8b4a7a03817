// What waits keeps its order and is counted, whatever goes before it.
#include "mqtt/client/wish_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mqtt {
namespace {

using ::testing::ElementsAre;

Wish message(OperationToken token, QoS qos) {
  return {.token = token, .message = Message::keep({.topic = "t", .qos = qos}, Instant())};
}

TEST(WishQueue, HasWhatIsPutBeforeInItsOrderInFront) {
  WishQueue queue;
  queue.push(message(3, QoS::AtLeastOnce));
  queue.push_before(message(1, QoS::AtLeastOnce));
  queue.push_before(message(2, QoS::AtLeastOnce));
  EXPECT_EQ(queue.size(), 1U);
  std::vector<OperationToken> moved;
  queue.put_before([&](const Wish& wish) { moved.push_back(wish.token); });
  EXPECT_THAT(moved, ElementsAre(3));
  std::vector<OperationToken> order;
  while (!queue.empty())
    order.push_back(queue.pop().token);
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(WishQueue, CountsMessagesOfQoS0) {
  WishQueue queue;
  queue.push(message(1, QoS::AtMostOnce));
  queue.push(message(2, QoS::AtLeastOnce));
  EXPECT_EQ(queue.at_most_once(), 1U);
  queue.pop();
  EXPECT_EQ(queue.at_most_once(), 0U);
}

TEST(WishQueue, HasRoomUpToItsLimits) {
  WishQueue queue;
  const Wish next = message(1, QoS::AtLeastOnce);
  const std::size_t bytes = next.message.memory_bytes();
  EXPECT_TRUE(queue.has_room(next.message, {.maximum_queued_messages = 1, .maximum_queued_bytes = bytes}));
  EXPECT_FALSE(queue.has_room(next.message, {.maximum_queued_messages = 1, .maximum_queued_bytes = bytes - 1}));
  queue.push(message(2, QoS::AtLeastOnce));
  EXPECT_FALSE(queue.has_room(next.message, {.maximum_queued_messages = 1, .maximum_queued_bytes = 10 * bytes}));
  EXPECT_FALSE(queue.has_room(next.message, {.maximum_queued_messages = 9, .maximum_queued_bytes = bytes}));
}

}  // namespace
}  // namespace mqtt
