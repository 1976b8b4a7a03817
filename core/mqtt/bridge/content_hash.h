// Texts and payloads -> 64 bits by which they are told apart where they are not kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mqtt {

// Each word goes through a bijection (the finalizer of splitmix64), so that contents of one length that differ in one
// word never have the same number, and others by chance alone.
inline std::uint64_t hash_content(std::string_view content, std::uint64_t seed = 0) {
  const auto mix = [](std::uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31);
  };
  std::uint64_t hash = mix(seed + content.size() + 0x9E3779B97F4A7C15U);
  for (std::size_t at = 0; at < content.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, content.data() + at, std::min(sizeof word, content.size() - at));
    hash = mix(hash ^ word);
  }
  return hash;
}

}  // namespace mqtt
