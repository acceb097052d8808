// Instead of calling Facebook directly (which causes CORS):
// fetch('https://graph.facebook.com/v18.0/me/messages', {...})

// Call your backend API:
async function sendMessageToFacebook(recipientId, messageText, conversationId, adminId) {
    try {
        const response = await fetch('/admin/send-message', {
            method: 'POST',
            headers: {
                'Content-Type': 'application/json',
                'Authorization': `Bearer ${adminApiKey}`,
                'X-Admin-User-ID': adminId
            },
            body: JSON.stringify({
                conversation_id: conversationId,
                recipient_id: recipientId,
                message_text: messageText,
                admin_id: adminId
            })
        });
        
        const result = await response.json();
        
        if (result.success) {
            console.log('Message sent successfully');
            return true;
        } else {
            console.error('Failed to send message:', result.message);
            return false;
        }
    } catch (error) {
        console.error('Error sending message:', error);
        return false;
    }
}
