// Ids found again under good and hostile hashes, whatever came and went between.
#include "mqtt/topic/id_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "mqtt/topic/hash.h"

namespace mqtt {
namespace {

struct HashCase {
  std::string name;
  std::function<std::uint64_t(std::uint32_t)> hash_of;
};

class IdTableUnder : public ::testing::TestWithParam<HashCase> {
 protected:
  bool holds(std::uint32_t id) const {
    return table.find(GetParam().hash_of(id), [&](std::uint32_t candidate) { return candidate == id; }) == id;
  }

  IdTable table;
};

TEST_P(IdTableUnder, FindsWhatIsInItAndNothingElse) {
  constexpr std::uint32_t kIds = 400;
  std::mt19937 random(7);
  std::vector<bool> is_in(kIds + 1);
  for (int round = 0; round < 20'000; ++round) {
    const auto id = static_cast<std::uint32_t>(1 + random() % kIds);
    if (is_in[id]) {
      table.erase(id, GetParam().hash_of);
    } else {
      table.insert(id, GetParam().hash_of);
    }
    is_in[id] = !is_in[id];
    const auto other = static_cast<std::uint32_t>(1 + random() % kIds);
    ASSERT_EQ(holds(id), is_in[id]);
    ASSERT_EQ(holds(other), is_in[other]);
  }
  for (std::uint32_t id = 1; id <= kIds; ++id) {
    ASSERT_EQ(holds(id), is_in[id]) << id;
    if (is_in[id]) table.erase(id, GetParam().hash_of);
  }
  EXPECT_EQ(table.memory_bytes(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Hashes, IdTableUnder,
    ::testing::Values(HashCase{"AGoodHash", [](std::uint32_t id) { return hash_pair(0, id); }},
                      HashCase{"OneHashForAll", [](std::uint32_t) { return std::uint64_t{0xFFFFFFFFFFFFFFFFU}; }},
                      HashCase{"HashesThatMeetAtTheEndOfTheTable",
                               [](std::uint32_t id) { return (std::uint64_t{id} << 32) | (0xFFFFFFFEU + id % 2); }},
                      HashCase{"HashesThatAreTheId", [](std::uint32_t id) { return std::uint64_t{id}; }}),
    [](const auto& hash_case) { return hash_case.param.name; });

TEST(HashText, TellsTextsApartThatDifferInOneByteOrInLength) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string text(length, 'a');
    EXPECT_NE(hash_text(text), hash_text(text + 'a'));
    EXPECT_NE(hash_text(text), hash_text(text + '\x01'));
    for (std::size_t at = 0; at < length; ++at) {
      std::string other = text;
      other[at] = 'b';
      EXPECT_NE(hash_text(text), hash_text(other)) << other;
    }
  }
}

}  // namespace
}  // namespace mqtt
