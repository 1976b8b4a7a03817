// Six bits a character, three octets at a time.
#include "net/base64.h"

#include <algorithm>

namespace wasmqtt {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64_encoded(std::span<const std::uint8_t> octets) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, octets.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8) | (i < count ? octets[at + i] : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      text.push_back(i <= count ? kAlphabet[(group >> (18 - 6 * i)) & 63] : '=');
  }
  return text;
}

bool is_base64_of(std::string_view text, std::size_t octets) {
  const std::size_t padding = (3 - octets % 3) % 3;
  if (text.size() != (octets + 2) / 3 * 4) return false;
  const std::string_view digits = text.substr(0, text.size() - padding);
  const std::string_view end = text.substr(digits.size());
  return digits.find_first_not_of(kAlphabet) == digits.npos && end.find_first_not_of('=') == end.npos;
}

}  // namespace wasmqtt
