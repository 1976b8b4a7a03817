// What waits for a connection or for the server's Receive Maximum, and how much memory that takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mqtt/client/client.h"
#include "mqtt/session/message.h"
#include "mqtt/session/ring_queue.h"

namespace mqtt {

// A SUBSCRIBE or UNSUBSCRIBE that waits for a connection, in memory of its own.
struct SubscriptionWish {
  bool is_unsubscribe = false;
  std::vector<std::pair<std::string, SubscriptionOptions>> entries;  // of an UNSUBSCRIBE without options
  ByteBuffer properties;                                             // encoded
};

// One of the two.
struct Wish {
  OperationToken token = kNoToken;
  std::uint64_t record = 0;  // the message's in the journal; 0: none
  Message message;
  std::unique_ptr<SubscriptionWish> subscription;
};

class WishQueue {
 public:
  bool empty() const { return wishes_.empty(); }
  std::size_t size() const { return wishes_.size(); }
  // Messages of QoS 0 in it.
  std::size_t at_most_once() const { return at_most_once_; }
  bool has_room(const Message& message, const ClientOptions& options) const {
    const std::size_t bytes = message ? message.memory_bytes() : 0;
    return wishes_.size() < options.maximum_queued_messages && bytes_ <= options.maximum_queued_bytes &&
           bytes <= options.maximum_queued_bytes - bytes_;
  }

  Wish& push(Wish wish) {
    count(wish.message);
    wishes_.push(std::move(wish));
    return wishes_.back();
  }
  // Precondition of both: !empty().
  const Wish& front() { return wishes_.front(); }
  Wish pop() {
    Wish wish = wishes_.pop();
    uncount(wish.message);
    return wish;
  }

  // What is to go before all that waits is collected here, in its order, and put there by the second.
  Wish& push_before(Wish wish) {
    count(wish.message);
    before_.push(std::move(wish));
    return before_.back();
  }
  // `on_moved(Wish&)` is called for each that gets behind.
  template <typename OnMoved>
  void put_before(OnMoved&& on_moved) {
    while (!wishes_.empty()) {
      before_.push(wishes_.pop());
      on_moved(before_.back());
    }
    wishes_ = std::exchange(before_, {});
  }

 private:
  void count(const Message& message) {
    if (!message) return;
    bytes_ += message.memory_bytes();
    if (message.qos() == QoS::AtMostOnce) ++at_most_once_;
  }
  void uncount(const Message& message) {
    if (!message) return;
    bytes_ -= message.memory_bytes();
    if (message.qos() == QoS::AtMostOnce) --at_most_once_;
  }

  RingQueue<Wish> wishes_;
  RingQueue<Wish> before_;
  std::size_t bytes_ = 0;  // of both
  std::size_t at_most_once_ = 0;
};

}  // namespace mqtt
