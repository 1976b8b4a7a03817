// Lines of "name | version | bytes | outcome" to vectors.
#include "support/vectors.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "support/bytes.h"

namespace mqtt::test {

namespace {

[[noreturn]] void fail(const std::string& where) {
  std::fprintf(stderr, "%s: want \"name | 3.1, 3.1.1 or 5.0 | bytes | ok, ok <bytes> or error <code>\"\n",
               where.c_str());
  std::abort();
}

std::vector<std::string> split(const std::string& line) {
  constexpr std::string_view kSeparator = " | ";
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end; (end = line.find(kSeparator, begin)) != std::string::npos; begin = end + kSeparator.size()) {
    parts.push_back(line.substr(begin, end - begin));
  }
  parts.push_back(line.substr(begin));
  return parts;
}

ProtocolVersion version_of(const std::string& text, const std::string& where) {
  if (text == "3.1") return ProtocolVersion::V3_1;
  if (text == "3.1.1") return ProtocolVersion::V3_1_1;
  if (text == "5.0") return ProtocolVersion::V5_0;
  fail(where);
}

Vector parse(const std::string& line, const std::string& where) {
  const std::vector<std::string> parts = split(line);
  if (parts.size() != 4) fail(where);
  Vector vector{where + " " + parts[0] + " (" + parts[1] + ")", version_of(parts[1], where), bytes(parts[2]), {}, {}};
  const std::string& outcome = parts[3];
  if (outcome == "ok") {
    vector.encoded = vector.bytes;
  } else if (outcome.starts_with("ok ")) {
    vector.encoded = bytes(outcome.substr(3));
  } else if (outcome.starts_with("error 0x")) {
    vector.error = static_cast<ReasonCode>(std::stoi(outcome.substr(6), nullptr, 16));
  } else {
    fail(where);
  }
  return vector;
}

std::vector<Vector> load() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(WASMQTT_TEST_VECTORS))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Vector> vectors;
  for (const auto& file : files) {
    std::ifstream in(file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.empty() || line[0] == '#') continue;
      vectors.push_back(parse(line, file.filename().string() + ":" + std::to_string(number)));
    }
  }
  return vectors;
}

}  // namespace

const std::vector<Vector>& all_vectors() {
  static const std::vector<Vector> vectors = load();
  return vectors;
}

}  // namespace mqtt::test
