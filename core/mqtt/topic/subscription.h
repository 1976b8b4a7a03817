// One subscriber's interest in one filter, as the broker files it.
#pragma once

#include <cstdint>

namespace mqtt {

// The broker's number of a session (or, later, of a shared group).
using SubscriberId = std::uint32_t;

struct Subscription {
  SubscriberId subscriber = 0;
  std::uint32_t subscription_identifier = 0;  // 0: none
  std::uint8_t options = 0;                   // the broker's own encoding of the subscription options

  bool operator==(const Subscription&) const = default;
};

}  // namespace mqtt
