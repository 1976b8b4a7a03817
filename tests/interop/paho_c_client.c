/* A client of Eclipse Paho C, as an application has it: subscribes and tells what comes, or publishes.
 *   paho_c_client URI CLIENT-ID receive TOPIC QOS COUNT            a line "subscribed", then for each message its
 *                                                                  length, a checksum and, if it is short, its text
 *   paho_c_client URI CLIENT-ID publish TOPIC QOS COUNT LENGTH     texts that begin with their number, padded to LENGTH
 * Ends with 0 when all of COUNT have come or were acknowledged. */
#include <MQTTClient.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { kPatienceSeconds = 20, kShort = 100 };

static sem_t arrived;
static int missing;

static uint32_t checksum(const unsigned char* payload, int length) {
  uint32_t sum = 2166136261u;
  for (int i = 0; i < length; ++i) sum = (sum ^ payload[i]) * 16777619u;
  return sum;
}

static int on_message(void* context, char* topic, int topic_length, MQTTClient_message* message) {
  (void)context;
  (void)topic_length;
  printf("%d %u %.*s\n", message->payloadlen, checksum(message->payload, message->payloadlen),
         message->payloadlen < kShort ? message->payloadlen : 0, (const char*)message->payload);
  fflush(stdout);
  MQTTClient_freeMessage(&message);
  MQTTClient_free(topic);
  if (--missing == 0) sem_post(&arrived);
  return 1;
}

static void on_loss(void* context, char* cause) {
  (void)context;
  printf("lost: %s\n", cause == NULL ? "" : cause);
  fflush(stdout);
  exit(1);
}

static int check(const char* what, int code) {
  if (code == MQTTCLIENT_SUCCESS) return 0;
  fprintf(stderr, "%s failed: %d\n", what, code);
  return code;
}

static int receive(MQTTClient client, const char* topic, int qos) {
  struct timespec end;
  if (check("subscribe", MQTTClient_subscribe(client, topic, qos))) return 1;
  puts("subscribed");
  fflush(stdout);
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += kPatienceSeconds;
  if (sem_timedwait(&arrived, &end) == 0) return 0;
  fprintf(stderr, "%d messages did not come\n", missing);
  return 1;
}

static int publish(MQTTClient client, const char* topic, int qos, int count, int length) {
  MQTTClient_deliveryToken* const tokens = calloc((size_t)count, sizeof *tokens);
  char* const payload = malloc((size_t)length + 16);
  for (int i = 0; i < count; ++i) {
    memset(payload, '.', (size_t)length);
    payload[sprintf(payload, "%d", i)] = '.';
    if (check("publish", MQTTClient_publish(client, topic, length, payload, qos, 0, &tokens[i]))) return 1;
  }
  for (int i = 0; i < count && qos > 0; ++i)
    if (check("completion", MQTTClient_waitForCompletion(client, tokens[i], kPatienceSeconds * 1000))) return 1;
  free(payload);
  free(tokens);
  return 0;
}

int main(int argc, char** argv) {
  MQTTClient client;
  MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer_ws;
  if (argc < 7) return 2;
  options.reliable = 0; /* several messages may be on their way at a time */
  const int qos = atoi(argv[5]);
  missing = atoi(argv[6]);
  sem_init(&arrived, 0, 0);
  if (check("create", MQTTClient_create(&client, argv[1], argv[2], MQTTCLIENT_PERSISTENCE_NONE, NULL))) return 1;
  MQTTClient_setCallbacks(client, NULL, on_loss, on_message, NULL);
  if (check("connect", MQTTClient_connect(client, &options))) return 1;
  const int is_receiver = strcmp(argv[3], "receive") == 0;
  const int code = is_receiver ? receive(client, argv[4], qos) : publish(client, argv[4], qos, missing, atoi(argv[7]));
  MQTTClient_disconnect(client, 1000);
  MQTTClient_destroy(&client);
  return code;
}
