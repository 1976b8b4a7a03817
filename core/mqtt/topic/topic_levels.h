// A topic name or filter -> its levels, one after another. Empty levels are levels: "/a/" has three. [MQTT5 4.7.1.1]
#pragma once

#include <cstddef>
#include <string_view>

namespace mqtt {

// Hands out views of `path`, which must outlive them. An empty path is one empty level.
class TopicLevels {
 public:
  explicit TopicLevels(std::string_view path) : rest_(path) {}

  bool done() const { return done_; }
  // Precondition: !done().
  std::string_view next() {
    const std::size_t separator = rest_.find('/');
    const std::string_view level = rest_.substr(0, separator);
    done_ = separator == std::string_view::npos;
    if (!done_) rest_.remove_prefix(separator + 1);
    return level;
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

}  // namespace mqtt
