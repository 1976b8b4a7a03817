// What the tests use of u8-mqtt, which has no types of its own.
declare module 'u8-mqtt' {
  interface U8Client {
    log_conn: () => void;
    with_websock(socket: object): this;
    connect(packet: { client_id: string }): Promise<unknown>;
    on_topic(route: string, handler: (packet: { topic: string; payload: Uint8Array }) => void): this;
    subscribe(filters: [string, 0 | 1][]): Promise<unknown>;
    publish(packet: { topic: string; payload: Uint8Array; qos: 1 }): Promise<unknown>;
  }
  export default function mqttClient(): U8Client;
}
