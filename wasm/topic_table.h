// Topic texts -> small numbers that JavaScript knows the text of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wasmqtt {

// A bounded table of the topics that messages came with. When it is full, a topic that was not seen for a while gives
// up its number to a new one (the clock algorithm: one round without a sighting).
class TopicTable {
 public:
  struct Interned {
    std::uint32_t number;
    bool is_new;  // the number means this text from here on, whatever it meant before
  };

  static constexpr std::size_t kCapacity = 4096;
  // Longer topics are not kept: they share number 0 and are new each time, so that the table stays small.
  static constexpr std::size_t kLongestKept = 512;

  TopicTable();
  Interned intern(std::string_view topic);

 private:
  struct Entry {
    std::string text;
    std::uint32_t hash = 0;
    // Who came behind it last time: devices report their topics in the same order again and again, and a guess is
    // cheaper than a hash.
    std::uint16_t follower = 0;
    bool seen = false;
  };

  std::size_t find(std::string_view topic, std::uint32_t hash) const;  // its bucket, or the empty one where it belongs
  std::uint16_t sighted(std::uint16_t number);
  std::uint16_t free_number();
  void erase(std::uint16_t number);

  std::vector<Entry> entries_;          // by number; 0 is for long topics
  std::vector<std::uint16_t> buckets_;  // numbers, 0 for an empty bucket; linear probing
  std::uint16_t last_ = 0;              // the number that intern() answered last
  std::uint16_t hand_ = 1;
};

}  // namespace wasmqtt
