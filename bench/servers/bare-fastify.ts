import fastify from 'fastify';

/** A bare fastify whose only route returns a prepared object: what is fast here is all that this library gives. The body is
 *  the first argument. */
const prepared: unknown = JSON.parse(process.argv[2] ?? 'null');

const server = fastify();
server.get('/', () => prepared);
console.log(`ready ${new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port}`);
