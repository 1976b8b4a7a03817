// What all machines of one module share at its boundary: the events on their way out and the topics that JavaScript
// announced.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event_writer.h"

namespace wasmqtt {

// The topics of publishes, by the numbers that JavaScript gave them; it bounds how many there are.
class AnnouncedTopics {
 public:
  void set(std::uint32_t number, std::string_view topic) {
    if (number >= topics_.size()) topics_.resize(number + 1);
    topics_[number].assign(topic);
  }
  std::string_view operator[](std::uint32_t number) const { return topics_[number]; }

 private:
  std::vector<std::string> topics_;
};

struct Boundary {
  EventWriter events;
  AnnouncedTopics topics;
};

}  // namespace wasmqtt
