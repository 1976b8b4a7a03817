// An open-addressed hash table with a clock's hand for evicting.
#include "topic_table.h"

#include <cstring>

namespace wasmqtt {
namespace {

constexpr std::size_t kBuckets = 2 * TopicTable::kCapacity;
constexpr std::size_t kBucketMask = kBuckets - 1;
static_assert((kBuckets & kBucketMask) == 0);

std::uint64_t load(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The library's memcmp goes byte by byte under Emscripten, which costs more than all the rest of a small message.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
  const std::size_t last = a.size() - 8;
  for (std::size_t i = 0; i < last; i += 8) {
    if (load(a.data() + i) != load(b.data() + i)) return false;
  }
  return load(a.data() + last) == load(b.data() + last);
}

// Eight bytes at a time, for the same reason; the last eight may overlap those before.
std::uint32_t hash_of(std::string_view text) {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15;
  std::uint64_t hash = text.size() * kMultiplier;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 29;
  };
  if (text.size() < 8) {
    std::uint64_t word = 0;
    for (const char byte : text)
      word = word << 8 | static_cast<std::uint8_t>(byte);
    mix(word);
  } else {
    const std::size_t last = text.size() - 8;
    for (std::size_t i = 0; i < last; i += 8)
      mix(load(text.data() + i));
    mix(load(text.data() + last));
  }
  return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

TopicTable::TopicTable() : entries_(1), buckets_(kBuckets) {}

TopicTable::Interned TopicTable::intern(std::string_view topic) {
  if (topic.size() > kLongestKept || topic.empty()) return {0, true};
  if (same(entries_[last_].text, topic)) return {last_, false};
  const std::uint16_t guess = entries_[last_].follower;
  if (same(entries_[guess].text, topic)) return {sighted(guess), false};
  const std::uint32_t hash = hash_of(topic);
  std::size_t bucket = find(topic, hash);
  if (buckets_[bucket] != 0) return {sighted(buckets_[bucket]), false};
  const std::uint16_t number = free_number();
  bucket = find(topic, hash);  // evicting may have moved the empty place
  buckets_[bucket] = number;
  Entry& entry = entries_[number];
  entry.text.assign(topic);
  entry.hash = hash;
  return {sighted(number), true};
}

std::uint16_t TopicTable::sighted(std::uint16_t number) {
  entries_[last_].follower = number;
  entries_[number].seen = true;
  last_ = number;
  return number;
}

std::size_t TopicTable::find(std::string_view topic, std::uint32_t hash) const {
  std::size_t bucket = hash & kBucketMask;
  while (buckets_[bucket] != 0) {
    const Entry& entry = entries_[buckets_[bucket]];
    if (entry.hash == hash && same(entry.text, topic)) break;
    bucket = (bucket + 1) & kBucketMask;
  }
  return bucket;
}

std::uint16_t TopicTable::free_number() {
  if (entries_.size() <= kCapacity) {
    entries_.emplace_back();
    return static_cast<std::uint16_t>(entries_.size() - 1);
  }
  while (entries_[hand_].seen) {
    entries_[hand_].seen = false;
    hand_ = hand_ == kCapacity ? 1 : static_cast<std::uint16_t>(hand_ + 1);
  }
  const std::uint16_t number = hand_;
  hand_ = hand_ == kCapacity ? 1 : static_cast<std::uint16_t>(hand_ + 1);
  erase(number);
  return number;
}

// Linear probing without tombstones: those that would no longer be found move up into the hole.
void TopicTable::erase(std::uint16_t number) {
  std::size_t hole = find(entries_[number].text, entries_[number].hash);
  buckets_[hole] = 0;
  for (std::size_t at = (hole + 1) & kBucketMask; buckets_[at] != 0; at = (at + 1) & kBucketMask) {
    const std::size_t home = entries_[buckets_[at]].hash & kBucketMask;
    if (((at - home) & kBucketMask) < ((at - hole) & kBucketMask)) continue;
    buckets_[hole] = buckets_[at];
    buckets_[at] = 0;
    hole = at;
  }
}

}  // namespace wasmqtt
