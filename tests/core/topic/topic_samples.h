// A seed -> topic names and filters with few different levels, so that they meet often and in every way.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace mqtt::test {

class TopicSamples {
 public:
  explicit TopicSamples(std::uint32_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  std::string name() {
    static constexpr const char* kLevels[] = {"a", "b", "", "$SYS", "a level longer than any small string", "ab", "0"};
    return path([&](bool) { return kLevels[below(7)]; });
  }

  std::string filter() {
    static constexpr const char* kLevels[] = {"a",  "b", "",  "$SYS", "a level longer than any small string",
                                              "ab", "0", "+", "+",    "+"};
    return path([&](bool is_last) { return is_last && below(3) == 0 ? "#" : kLevels[below(10)]; });
  }

 private:
  template <typename LevelAt>
  std::string path(LevelAt level_at) {
    // Mostly shallow; now and then far deeper than the filters around it.
    const std::uint32_t depth = below(50) == 0 ? 5 + below(60) : 1 + below(4);
    std::string text;
    for (std::uint32_t i = 0; i < depth; ++i) {
      if (i > 0) text += '/';
      text += level_at(i + 1 == depth);
    }
    return text.empty() ? "a" : text;
  }

  std::mt19937 random_;
};

}  // namespace mqtt::test
