// What a bridge published at a broker that sends it its own messages back -> which of those that come are these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "mqtt/base/bytes.h"
#include "mqtt/base/time.h"
#include "mqtt/session/ring_queue.h"

namespace mqtt {

// Each message that was published is one echo, whatever else the same topic and payload came from. Remembered are the
// last kMostRemembered, each for kRemembered of time with a connection; an echo that comes later is taken for a message
// of somebody else, and crosses back once. One that never comes makes the same message of somebody else go missing
// within that time.
class Echoes {
 public:
  static constexpr std::size_t kMostRemembered = 65'536;
  static constexpr Duration kRemembered = std::chrono::seconds(60);

  void remember(std::string_view topic, Bytes payload, Instant now);
  // True once for each that is remembered.
  bool take(std::string_view topic, Bytes payload, Instant now);
  // Time stands still while there is no connection: what the broker keeps for the next one comes with it.
  void pause(Instant now);
  void resume(Instant now);

 private:
  struct Published {
    std::uint64_t message = 0;
    Instant at;
  };
  struct Count {
    std::uint32_t awaited = 0;
    std::uint32_t taken = 0;  // whose places in published_ are to be passed over
  };

  Instant connected_time(Instant now) const;
  void forget_old(Instant now);
  void forget_first();

  RingQueue<Published> published_;
  std::unordered_map<std::uint64_t, Count> counts_;  // by message
  Duration away_{0};
  Instant paused_at_ = kNever;
};

}  // namespace mqtt
