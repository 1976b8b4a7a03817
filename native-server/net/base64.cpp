// Base64 by OpenSSL.
#include "net/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

namespace wasmqtt {

std::string base64_encoded(std::span<const std::uint8_t> bytes) {
  // Four characters for each three bytes begun, and a zero that EVP_EncodeBlock() puts behind them.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

bool is_base64_of(std::string_view text, std::size_t bytes) {
  // EVP_DecodeBlock() passes over white space and dashes at the ends, and counts the padding as bytes.
  if (text.size() != (bytes + 2) / 3 * 4 || text.find_first_of(" \t\r\n-") != std::string_view::npos) return false;
  const std::size_t padding = text.size() / 4 * 3 - bytes;
  if (std::ranges::count(text, '=') != static_cast<std::ptrdiff_t>(padding)) return false;
  if (text.find('=') < text.size() - padding) return false;
  std::vector<unsigned char> decoded(text.size() / 4 * 3);
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  return EVP_DecodeBlock(decoded.data(), at, static_cast<int>(text.size())) >= 0;
}

}  // namespace wasmqtt
