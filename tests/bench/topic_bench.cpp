// Filters by the thousand to the million -> the time of a match, of a change, and the bytes of a subscription.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/topic/retained_trie.h"
#include "mqtt/topic/subscription_trie.h"
#include "mqtt/topic/topic_name.h"

namespace mqtt {
namespace {

enum class Shape : std::uint8_t { Exact, SingleLevel, MultiLevel, Mixed };
constexpr const char* kShapeNames[] = {"exact", "+", "#", "mixed"};

std::string device(std::uint32_t number) {
  return "site" + std::to_string(number % 50) + "/line" + std::to_string(number / 50 % 40) + "/device" +
         std::to_string(number);
}

std::string filter_for(Shape shape, std::uint32_t number) {
  switch (shape) {
    case Shape::Exact:
      return device(number) + "/state";
    case Shape::SingleLevel:
      return device(number) + "/+";
    case Shape::MultiLevel:
      return device(number) + "/#";
    case Shape::Mixed:
      if (number % 1000 == 0) return "+/+/device" + std::to_string(number) + "/state";
      return filter_for(static_cast<Shape>(number % 3), number);
  }
  return {};
}

// In no order that a cache could follow.
std::vector<std::string> some_names(std::uint32_t devices) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    names.push_back(device(static_cast<std::uint32_t>(i * 2'654'435'761ULL % devices)) + "/state");
  }
  return names;
}

void fill(SubscriptionTrie& trie, Shape shape, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i)
    trie.insert(filter_for(shape, i), {i});
}

void match_one_of_many_filters(benchmark::State& state) {
  const auto shape = static_cast<Shape>(state.range(0));
  const auto count = static_cast<std::uint32_t>(state.range(1));
  SubscriptionTrie trie;
  fill(trie, shape, count);
  const std::vector<std::string> names = some_names(count);
  std::vector<Subscription> found;
  std::size_t at = 0;
  std::size_t matches = 0;
  for (auto _ : state) {
    found.clear();
    trie.match(names[at++ % names.size()], found);
    matches += found.size();
  }
  state.SetLabel(kShapeNames[state.range(0)]);
  state.counters["matches"] = static_cast<double>(matches) / static_cast<double>(state.iterations());
  state.counters["bytes_per_subscription"] = static_cast<double>(trie.memory_bytes()) / count;
}
BENCHMARK(match_one_of_many_filters)->ArgsProduct({{0, 1, 2, 3}, {1'000, 10'000, 100'000, 1'000'000}});

void match_a_name_without_subscribers(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  SubscriptionTrie trie;
  fill(trie, Shape::Mixed, count);
  std::vector<std::string> names = some_names(count);
  for (std::string& name : names)
    name += "/of/something/that/nobody/asked/for";
  for (std::string& name : names)
    name.insert(0, "other/");
  std::vector<Subscription> found;
  std::size_t at = 0;
  for (auto _ : state)
    trie.match(names[at++ % names.size()], found);
}
BENCHMARK(match_a_name_without_subscribers)->Arg(1'000)->Arg(1'000'000);

void fan_out(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  SubscriptionTrie trie;
  for (std::uint32_t i = 0; i < count; ++i)
    trie.insert("news/+/today", {i});
  std::vector<Subscription> found;
  for (auto _ : state) {
    found.clear();
    trie.match("news/sport/today", found);
    benchmark::DoNotOptimize(found.data());
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.counters["bytes_per_subscription"] = static_cast<double>(trie.memory_bytes()) / count;
}
BENCHMARK(fan_out)->Arg(1)->Arg(10)->Arg(1'000)->Arg(100'000);

void subscribe_and_unsubscribe(benchmark::State& state) {
  const auto shape = static_cast<Shape>(state.range(0));
  const auto count = static_cast<std::uint32_t>(state.range(1));
  SubscriptionTrie trie;
  fill(trie, shape, count);
  std::vector<std::string> filters;
  for (std::uint32_t i = 0; i < 4096; ++i)
    filters.push_back(filter_for(shape, count + i));
  std::size_t at = 0;
  for (auto _ : state) {
    const std::string& filter = filters[at++ % filters.size()];
    trie.insert(filter, {1});
    trie.erase(filter, 1);
  }
  state.SetLabel(kShapeNames[state.range(0)]);
}
BENCHMARK(subscribe_and_unsubscribe)->ArgsProduct({{0, 3}, {1'000, 1'000'000}});

void subscribe_a_million_filters(benchmark::State& state) {
  std::vector<std::string> filters;
  for (std::uint32_t i = 0; i < 1'000'000; ++i)
    filters.push_back(filter_for(Shape::Mixed, i));
  for (auto _ : state) {
    SubscriptionTrie trie;
    for (std::uint32_t i = 0; i < filters.size(); ++i)
      trie.insert(filters[i], {i});
    benchmark::DoNotOptimize(trie.size());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(filters.size()));
}
BENCHMARK(subscribe_a_million_filters)->Unit(benchmark::kMillisecond);

void join_and_leave_a_crowded_filter(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  SubscriptionTrie trie;
  for (std::uint32_t i = 0; i < count; ++i)
    trie.insert("news/#", {i});
  std::uint32_t at = 0;
  for (auto _ : state) {
    const SubscriberId subscriber = at++ % count;
    trie.erase("news/#", subscriber);
    trie.insert("news/#", {subscriber});
  }
}
BENCHMARK(join_and_leave_a_crowded_filter)->Arg(40)->Arg(10'000)->Arg(1'000'000);

void retained_lookup(benchmark::State& state) {
  static constexpr const char* kFilters[] = {"site7/line3/device157/state", "site7/line3/+/state", "site7/#", "#"};
  const auto count = static_cast<std::uint32_t>(state.range(1));
  RetainedTrie<std::uint32_t> trie;
  for (std::uint32_t i = 0; i < count; ++i)
    trie.insert_or_assign(device(i) + "/state", i);
  std::size_t visited = 0;
  for (auto _ : state) {
    RetainedTrie<std::uint32_t>::Cursor cursor(trie, kFilters[state.range(0)]);
    std::size_t steps = SIZE_MAX;
    while (cursor.next(steps) != nullptr)
      ++visited;
  }
  state.SetLabel(kFilters[state.range(0)]);
  state.SetItemsProcessed(static_cast<std::int64_t>(visited));
  state.counters["visited"] = static_cast<double>(visited) / static_cast<double>(state.iterations());
  state.counters["bytes_per_name"] = static_cast<double>(trie.memory_bytes()) / count;
}
BENCHMARK(retained_lookup)->ArgsProduct({{0, 1, 2, 3}, {1'000, 10'000, 100'000, 1'000'000}});

void check_topic_name(benchmark::State& state) {
  const std::string name = device(123'456) + "/state";
  for (auto _ : state)
    benchmark::DoNotOptimize(is_valid_topic_name(name));
}
BENCHMARK(check_topic_name);

}  // namespace
}  // namespace mqtt
