// What a panel does that signs in once, and then sends by its cookie alone.
async function call(method, path, headers, body) {
    const response = await fetch(backend + path, {
        method,
        credentials: 'include',
        headers,
        body: body && JSON.stringify(body)
    });
    return [response.status, await response.json()];
}

async function signIn(adminId) {
    const headers = { 'Authorization': `Bearer ${adminApiKey}`, 'X-Admin-User-ID': adminId };
    return (await call('POST', '/admin/session', headers))[0];
}

async function send(message) {
    const headers = { 'Content-Type': 'application/json' };
    return (await call('POST', '/admin/send-message', headers, message))[0];
}

async function signOut() {
    return (await call('DELETE', '/admin/session', {}))[0];
}

// What any page of the web can do without asking: the browser sends the cookie with it,
// and lets nobody read the answer.
async function forge(message) {
    const response = await fetch(backend + '/admin/send-message', {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
        headers: { 'Content-Type': 'text/plain' },
        body: JSON.stringify(message)
    });
    return response.type;
}
