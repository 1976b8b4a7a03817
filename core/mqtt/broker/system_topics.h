// The broker's statistics -> retained messages under $SYS/broker, named as mosquitto names them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mqtt/broker/deadline_queue.h"
#include "mqtt/broker/router.h"

namespace mqtt {

// Nobody is woken for statistics that nobody reads: the rounds begin with a connection and end with the last one.
class SystemTopics {
 public:
  SystemTopics(const BrokerOptions& options, DeadlineQueue& deadlines, const RetainedMessages& retained, Router& router)
      : options_(options), deadlines_(deadlines), retained_(retained), router_(router) {}

  // A connection was opened.
  void begin(const BrokerStatistics& statistics, Instant now);
  // The next round, if it is due. `goes_on`: somebody is there to read the one behind it.
  void publish(const BrokerStatistics& statistics, bool goes_on, Instant now);
  // When publish() is to be called; kNever while nobody is connected.
  Instant due_at() const { return due_at_; }

 private:
  // A total per minute, averaged over the last 1, 5 and 15 minutes.
  struct Load {
    std::uint64_t total = 0;  // at the last round
    std::array<double, 3> per_minute{};
  };

  void publish(std::string_view name, std::string value, Instant now);
  void publish(std::string_view name, Load& load, std::uint64_t total, Instant now);

  const BrokerOptions& options_;
  DeadlineQueue& deadlines_;
  const RetainedMessages& retained_;
  Router& router_;
  std::optional<Instant> since_;  // the broker's first connection
  std::optional<Instant> last_;   // round
  Instant due_at_ = kNever;
  Load packets_received_, packets_sent_, publishes_received_, publishes_sent_, publishes_dropped_, bytes_received_,
      bytes_sent_, connections_;
};

}  // namespace mqtt
